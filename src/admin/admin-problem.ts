import { cleanText } from '../audit/index.js';

/** Every way this API refuses: the code in the answer, its status, and the title that belongs to it. */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  credentials_missing: { status: 401, title: 'An access token is required' },
  invalid_token: { status: 401, title: 'The access token is not valid' },
  insufficient_user_authentication: { status: 401, title: 'A more recent sign-in is required' },
  insufficient_scope: { status: 403, title: 'The access token does not allow this' },
  forbidden: { status: 403, title: 'This is not allowed' },
  not_found: { status: 404, title: 'There is nothing here' },
  method_not_allowed: { status: 405, title: 'This method is not allowed here' },
  conflict: { status: 409, title: 'This does not fit what there is' },
  gone: { status: 410, title: 'This is not there any more' },
  precondition_failed: { status: 412, title: 'It has changed meanwhile' },
  payload_too_large: { status: 413, title: 'The request is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be JSON' },
  unprocessable: { status: 422, title: 'This cannot be done with that' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong here' },
  temporarily_unavailable: { status: 503, title: 'Temporarily unavailable' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** A member of the request that is not as it must be. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

interface Details {
  /** A sentence for the caller. */
  readonly detail?: string;
  /** For the log and the audit trail: a snake_case code; without it the problem's own. */
  readonly reason?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly errors?: readonly FieldError[];
  /** Beside the members that every problem has (RFC 9457 §3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** A request to the admin API that is not served; answered in one place, by the filter. */
export class AdminProblem extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly details: Details = {},
    options?: ErrorOptions,
  ) {
    super(details.detail ?? PROBLEMS[code].title, options);
    this.name = 'AdminProblem';
  }

  get reason(): string {
    return this.details.reason ?? this.code;
  }
}

/** The same for what never was, what is gone and what could not be an id. */
export function notFound(): AdminProblem {
  return new AdminProblem('not_found', { detail: 'No such thing' });
}

/** @throws AdminProblem when there is no such thing. */
export function found<T>(thing: T | undefined): T {
  if (thing === undefined) throw notFound();
  return thing;
}

export function invalidField(field: string, message: string): AdminProblem {
  return new AdminProblem('invalid_request', {
    errors: [{ field: cleanText(field).slice(0, 100), message }],
  });
}
