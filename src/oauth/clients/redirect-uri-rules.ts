import { OAuthError } from '../oauth-error.js';
import { parseLoopback } from './loopback.js';

const MAX_LENGTH = 2_000;
/** Parameters of the authorization response itself (RFC 6749 §4.1.2, RFC 9207). */
const RESPONSE_PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description'];

export interface RedirectRules {
  /** Private-use schemes allowed by policy. */
  readonly privateSchemes: readonly string[];
  readonly publicClient: boolean;
}

/**
 * What may be registered: https, http on loopback, or a private-use scheme of the list for a public client. The
 * value that is checked is the value that is stored; only a loopback URI without a path gains its `/`.
 * @throws OAuthError invalid_redirect_uri
 */
export function checkRedirectUri(uri: string, rules: RedirectRules): string {
  const refuse = (why: string) => new OAuthError('invalid_redirect_uri', `A redirect URI is refused: ${why}`);
  if (uri.length === 0 || uri.length > MAX_LENGTH) throw refuse('it is empty or too long');
  if (!/^[\x21-\x7e]+$/.test(uri) || /[\\"<>^`{|}*]/.test(uri))
    throw refuse('it has characters that a URI may not have, or a wildcard');
  if (uri.includes('#')) throw refuse('it has a fragment');
  if (!URL.canParse(uri)) throw refuse('it is not an absolute URI');
  const url = new URL(uri);
  if (RESPONSE_PARAMETERS.some((name) => url.searchParams.has(name))) {
    throw refuse('its query has a parameter of the authorization response');
  }
  if (url.username || url.password) throw refuse('it has user information');
  const loopback = parseLoopback(uri);
  if (loopback) return loopback.rest === '' ? `${uri}/` : uri;
  if (/^https:\/\/[^/]/.test(uri)) return uri;
  const scheme = /^([a-z][a-z0-9+.-]*):/.exec(uri)?.[1] ?? '';
  if (!rules.privateSchemes.includes(scheme))
    throw refuse('only https, http on loopback and the private-use schemes of this server are allowed');
  if (!rules.publicClient) throw refuse('a private-use scheme is for public clients only');
  return uri;
}
