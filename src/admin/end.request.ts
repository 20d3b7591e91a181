import { OptionalText } from './fields.js';

/** Why something is ended; kept with the ending and in the audit trail. */
export class EndRequest {
  @OptionalText('Why, in a few words', 500) reason?: string;
}
