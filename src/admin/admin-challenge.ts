import type { AppConfig } from '../config/index.js';

/** RFC 9728 §3.1: the well-known path is inserted between the host and the path of the resource. */
export function adminMetadataUrl({ origin, basePath }: Pick<AppConfig, 'origin' | 'basePath'>): string {
  return `${origin}/.well-known/oauth-protected-resource${basePath}/admin`;
}
