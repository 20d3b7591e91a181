import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { identify, type Actor } from '../audit/index.js';
import type { By, VerifiedToken } from '../oauth/index.js';
import type { EndRequest } from './end.request.js';

/** Who asks, and what they may: a person with an admin role, or a client that acts for itself. */
export interface Operator {
  readonly actor: Actor;
  readonly scopes: readonly string[];
  /** `If-Match`: what they have read of the thing they change (RFC 9110 §13.1.1). */
  readonly ifMatch?: string;
  /** When the person signed in, in seconds; a client that acts for itself never did. */
  readonly authTime?: number;
}

/** The express request as the guard fills it in. */
export interface AdminRequest extends Request {
  operator?: Operator;
  /** What the operator was let in with. */
  token?: VerifiedToken;
  /** `?dry_run=true`, taken off the query. */
  dryRun?: boolean;
}

export const isDryRun = ({ dryRun }: AdminRequest): boolean => dryRun === true;

/** Whom limits and repeated requests are counted to. */
export function callerOf({ operator }: AdminRequest): string {
  if (!operator) throw new Error('The admin guard has not run');
  return `${operator.actor.type} ${operator.actor.id}`;
}

/** The parameter that says who asks. */
export const AskedBy = createParamDecorator((_: unknown, execution: ExecutionContext): Operator => {
  const { operator } = execution.switchToHttp().getRequest<AdminRequest>();
  if (!operator) throw new Error('The admin guard has not run');
  return operator;
});

/** The reason may come in the body or in the query, because some clients send no body with DELETE. */
export function by({ actor }: Operator, ...requests: readonly EndRequest[]): By {
  const [reason, ticket] = (['reason', 'ticket'] as const).map((name) =>
    requests.map((request) => request[name]).find((text) => text !== undefined),
  );
  // Every event of the request says so, whichever room writes it.
  identify({ ...(reason !== undefined && { reason }), ...(ticket !== undefined && { ticket }) });
  return { actor, ...(reason !== undefined && { reason }) };
}
