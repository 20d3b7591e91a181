export type BearerCredentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly reason: 'malformed_credentials' | 'duplicate_authorization' }
  | { readonly kind: 'token'; readonly token: string };

/** RFC 6750 §2.1: `b64token`, after a scheme that is compared without case (RFC 9110 §11.1). */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * Reads the Authorization header from the raw header list (`name, value, name, value, …`): the parsed headers keep
 * only the first of two and so hide a duplicate. Any other scheme counts as no credentials.
 */
export function bearerCredentials(rawHeaders: readonly string[]): BearerCredentials {
  const values = rawHeaders.filter(
    (_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'authorization',
  );
  const [value] = values;
  if (value === undefined) return { kind: 'none' };
  if (values.length > 1) return { kind: 'malformed', reason: 'duplicate_authorization' };
  const header = value.trim();
  if (!/^bearer(?:[ ,]|$)/i.test(header)) return { kind: 'none' };
  const token = BEARER.exec(header)?.[1];
  return token ? { kind: 'token', token } : { kind: 'malformed', reason: 'malformed_credentials' };
}
