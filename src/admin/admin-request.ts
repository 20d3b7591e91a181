import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Actor } from '../audit/index.js';
import type { By } from '../oauth/index.js';
import type { EndRequest } from './end.request.js';

/** Who asks, and what they may: a person with an admin role, or a client that acts for itself. */
export interface Operator {
  readonly actor: Actor;
  readonly scopes: readonly string[];
}

/** The express request as the guard fills it in. */
export interface AdminRequest extends Request {
  operator?: Operator;
}

/** The parameter that says who asks. */
export const AskedBy = createParamDecorator((_: unknown, execution: ExecutionContext): Operator => {
  const { operator } = execution.switchToHttp().getRequest<AdminRequest>();
  if (!operator) throw new Error('The admin guard has not run');
  return operator;
});

/** The reason may come in the body or in the query, because some clients send no body with DELETE. */
export function by({ actor }: Operator, ...requests: readonly EndRequest[]): By {
  const reason = requests.map((request) => request.reason).find((text) => text !== undefined);
  return { actor, ...(reason !== undefined && { reason }) };
}
