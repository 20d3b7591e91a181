import { ApiBody } from '@nestjs/swagger';
import { OptionalText } from './fields.js';

/** Why something is ended; kept with the ending and in the audit trail. */
export class EndRequest {
  @OptionalText('Why, in a few words', 500) reason?: string;
  @OptionalText('Where it was asked for: the number of a ticket', 100) ticket?: string;
}

/** For handlers that take a reason: nobody has to send a body to end something. */
export const TakesReason = (): MethodDecorator => ApiBody({ type: EndRequest, required: false });
