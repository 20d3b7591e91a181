import { headerValues } from '../../wire/index.js';

export type Scheme = 'Bearer' | 'DPoP';

export type PresentedToken =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'malformed';
      readonly scheme: Scheme;
      readonly reason: 'malformed_credentials' | 'duplicate_authorization';
    }
  | { readonly kind: 'token'; readonly scheme: Scheme; readonly token: string };

const SCHEME = /^(bearer|dpop)(?=[ ,]|$)/i;
/** RFC 6750 §2.1 and RFC 9449 §7.1: a token68 after a scheme that is compared without case (RFC 9110 §11.1). */
const CREDENTIALS = /^[a-z]+ +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * Reads the Authorization header from the raw header list (`name, value, name, value, …`): the parsed headers keep
 * only the first of two and so hide a duplicate. Any other scheme counts as no credentials.
 */
export function presentedToken(rawHeaders: readonly string[]): PresentedToken {
  const [value, ...more] = headerValues(rawHeaders, 'authorization').map((text) => text.trim());
  if (value === undefined) return { kind: 'none' };
  const named = SCHEME.exec(value)?.[1]?.toLowerCase();
  const scheme = named === 'dpop' ? 'DPoP' : 'Bearer';
  if (more.length > 0) return { kind: 'malformed', scheme, reason: 'duplicate_authorization' };
  if (named === undefined) return { kind: 'none' };
  const token = CREDENTIALS.exec(value)?.[1];
  return token
    ? { kind: 'token', scheme, token }
    : { kind: 'malformed', scheme, reason: 'malformed_credentials' };
}
