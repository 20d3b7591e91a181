import type { AppConfig } from '../config/index.js';

/** The scope a first request needs; clients ask for what the challenge names. */
export const BASELINE_SCOPE = 'mcp:tools:read';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** RFC 9728 §3.1: the well-known path is inserted between the host and the path of the resource. */
export function resourceMetadataUrl(config: Pick<AppConfig, 'origin' | 'basePath'>): string {
  return `${config.origin}${WELL_KNOWN}${config.basePath}/mcp`;
}

export interface Challenge {
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
  readonly description?: string;
  readonly scopes?: readonly string[];
  readonly resourceMetadata: string;
}

/** The value of WWW-Authenticate (RFC 6750 §3). Clients parse it simply: Bearer first, then `key="value"` pairs. */
export function bearerChallenge({ error, description, scopes, resourceMetadata }: Challenge): string {
  const parameters = {
    error,
    error_description: description,
    resource_metadata: resourceMetadata,
    scope: scopes?.join(' '),
  };
  const pairs = Object.entries(parameters).flatMap(([key, value]) =>
    value ? [`${key}="${quotable(value)}"`] : [],
  );
  return `Bearer ${pairs.join(', ')}`;
}

/** RFC 6750 §3: printable ASCII without quote and backslash, so that nothing can end the quoted string. */
function quotable(value: string): string {
  return value.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '');
}
