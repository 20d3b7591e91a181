import { OAuthError, type OAuthErrorCode } from '../oauth-error.js';
import type { ResponseTarget } from './response-target.js';

/** A refusal that must not be sent to the redirect URI: the client or the URI itself is what is wrong (RFC 6749 §4.1.2.1). */
export class UntrustedRequest extends Error {
  constructor(
    readonly kind: 'unknown_client' | 'wrong_redirect_uri' | 'malformed' | 'expired_request',
    readonly reason: string,
  ) {
    super(reason);
    this.name = 'UntrustedRequest';
  }
}

/** A refusal that the client gets at its redirect URI. */
export class RefusedRequest extends Error {
  constructor(
    readonly target: ResponseTarget,
    readonly error: OAuthError,
  ) {
    super(error.reason);
    this.name = 'RefusedRequest';
  }
}

export function refused(code: OAuthErrorCode, description: string, reason?: string): OAuthError {
  return new OAuthError(code, description, { reason: reason ?? code });
}
