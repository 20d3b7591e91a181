import type { AppConfig } from '../config/index.js';

const MAX_TOKEN_LENGTH = 16 * 1024;

/** RFC 6750 §2.1: `b64token`, after a scheme that is compared without case (RFC 9110 §11.1). */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * The access token of the Authorization header, `undefined` without one, `'malformed'` when it cannot be read. Reads
 * the raw header list: the parsed headers keep only the first of two and so hide a duplicate.
 */
export function bearerToken(rawHeaders: readonly string[]): { token: string } | 'malformed' | undefined {
  const values = rawHeaders.filter(
    (_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'authorization',
  );
  if (values.length > 1) return 'malformed';
  const header = values[0]?.trim() ?? '';
  if (!/^bearer(?:[ ,]|$)/i.test(header)) return undefined;
  const token = BEARER.exec(header)?.[1];
  return token && token.length <= MAX_TOKEN_LENGTH ? { token } : 'malformed';
}

type Refused = {
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
  readonly scope?: string;
};

/** RFC 6750 §3 and RFC 9728 §5.1. Nothing of the request goes into it. */
export function bearerChallenge(config: AppConfig, { error, scope }: Refused): Record<string, string> {
  // RFC 9728 §3.1: the well-known path is inserted between the host and the path of the resource.
  const metadata = `${config.origin}/.well-known/oauth-protected-resource${config.basePath}/admin`;
  const pairs = Object.entries({ error, resource_metadata: metadata, scope });
  return {
    'WWW-Authenticate': `Bearer ${pairs.flatMap(([name, value]) => (value ? [`${name}="${value}"`] : [])).join(', ')}`,
  };
}
