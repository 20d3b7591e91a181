import type { Request } from 'express';
import { OAuthError } from './oauth-error.js';

/**
 * RFC 6749 §3.2, §4.1.3: parameters come in a form body and nowhere else; a query is not read.
 * @throws OAuthError invalid_request
 */
export function requireForm(req: Request): void {
  if (req.is('application/x-www-form-urlencoded') && typeof req.body === 'object' && req.body !== null)
    return;
  throw new OAuthError('invalid_request', 'Send the parameters as application/x-www-form-urlencoded', {
    reason: 'not_a_form',
  });
}

/** RFC 9110 §15.5.6. */
export function methodNotAllowed(allow: string): OAuthError {
  return new OAuthError('invalid_request', 'This method is not allowed here', {
    status: 405,
    reason: 'http_405',
    headers: { Allow: allow },
  });
}
