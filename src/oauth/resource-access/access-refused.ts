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
}

/** A request to a protected resource that does not show a good access token. */
export class AccessRefused extends Error {
  readonly status: 400 | 401;
  readonly code: Refused['code'];
  readonly reason: string;
  readonly description: string;
  private readonly scheme: Scheme;

  constructor({ scheme, code, reason, description }: Refused, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'AccessRefused';
    this.status = code === 'invalid_request' ? 400 : 401;
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
