import { OAuthError } from '../oauth-error.js';
import { presentedToken } from '../resource-access/presented-token.js';
import { accessChallenge } from '../resource-access/access-challenge.js';

/** RFC 6750 §3: the same for every token that is not good here, whatever is wrong with it. */
export function badToken(reason: string): OAuthError {
  return new OAuthError('invalid_token', 'The token is not valid', {
    reason,
    challenge: accessChallenge({ error: 'invalid_token' }),
  });
}

export function missingToken(reason: string): OAuthError {
  return new OAuthError('invalid_token', 'A token is needed', { reason, challenge: accessChallenge({}) });
}

/**
 * The bearer token of a request; none when it has no credentials of that kind.
 * @throws OAuthError invalid_token
 */
export function bearerOf({ rawHeaders }: { readonly rawHeaders: readonly string[] }): string | undefined {
  const presented = presentedToken(rawHeaders);
  if (presented.kind === 'none') return undefined;
  if (presented.kind === 'malformed' || presented.scheme !== 'Bearer')
    throw badToken('malformed_credentials');
  return presented.token;
}
