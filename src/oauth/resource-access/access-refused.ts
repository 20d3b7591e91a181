import { accessChallenge, type AccessErrorCode, type Challenge } from './access-challenge.js';
import type { Scheme } from './presented-token.js';

interface Refused {
  readonly scheme: Scheme;
  /** Absent when no credentials came (RFC 6750 §3.1). */
  readonly code?: Exclude<AccessErrorCode, 'insufficient_scope'>;
  /** For the log and the audit trail: a snake_case code. */
  readonly reason: string;
  /** For the caller. */
  readonly description: string;
  /** Seconds to wait, when nothing was looked at (RFC 6585 §4). */
  readonly retryAfter?: number;
}

/** A request to a protected resource that does not show a good access token, or whose address showed too many bad ones. */
export class AccessRefused extends Error {
  readonly status: 400 | 401 | 429;
  readonly code: Refused['code'];
  readonly reason: string;
  readonly description: string;
  readonly retryAfter: number | undefined;
  private readonly scheme: Scheme;

  constructor({ scheme, code, reason, description, retryAfter }: Refused, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'AccessRefused';
    this.status = retryAfter !== undefined ? 429 : code === 'invalid_request' ? 400 : 401;
    this.retryAfter = retryAfter;
    this.scheme = scheme;
    this.code = code;
    this.reason = reason;
    this.description = description;
  }

  /** The value of WWW-Authenticate; what is malformed is not told which scopes it would need. */
  challenge({
    scopes,
    ...asked
  }: Pick<Challenge, 'resourceMetadata' | 'scopes' | 'description'> = {}): string {
    return accessChallenge({
      scheme: this.scheme,
      ...(this.code && { error: this.code }),
      ...asked,
      ...(scopes && this.code !== 'invalid_request' && { scopes }),
    });
  }
}
