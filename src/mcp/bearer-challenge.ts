import type { AppConfig } from '../config/index.js';

/** The scope a first request needs; clients ask for what the challenge names. */
export const BASELINE_SCOPE = 'mcp:tools:read';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** RFC 9728 §3.1: the well-known path is inserted between the host and the path of the resource. */
export function resourceMetadataUrl(config: Pick<AppConfig, 'origin' | 'basePath'>): string {
  return `${config.origin}${WELL_KNOWN}${config.basePath}/mcp`;
}
