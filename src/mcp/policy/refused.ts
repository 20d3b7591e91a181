import type { Json } from '../../audit/index.js';
import type { Failure } from './decide.js';

/** What the caller is told of a call that is refused; HTTP can say it where it still can, JSON-RPC everywhere. */
export interface Refused {
  readonly status: 401 | 403 | 429;
  readonly reason: Failure['reason'];
  readonly message: string;
  readonly data: Readonly<Record<string, Json>>;
}

/** What would help is said, and no more: which roles and policies there are is the operators' business. */
export function refusedBy(failure: Failure): Refused {
  const { reason } = failure;
  switch (failure.rule) {
    case 'disabled':
      return { status: 403, reason, message: 'Not available at present', data: { reason } };
    case 'roles':
      return { status: 403, reason, message: 'Not allowed', data: { reason } };
    case 'scopes':
      return { status: 403, reason, message: 'Insufficient scope', data: { required_scopes: failure.ask } };
    case 'sign_in': {
      const { acrs, maxAge } = failure;
      const demand = {
        ...(acrs.length > 0 && { acr_values: acrs.join(' ') }),
        ...(maxAge !== undefined && { max_age: maxAge }),
      };
      return {
        status: 401,
        reason,
        message: 'Another sign-in is required',
        data: { reason, ...demand },
      };
    }
    case 'quota': {
      const { retryAfter } = failure;
      return {
        status: 429,
        reason,
        message: `Too many calls, try again in ${retryAfter} s`,
        data: { reason, retry_after: retryAfter },
      };
    }
  }
}
