import type { Request } from 'express';
import type { ClientMetadata } from './clients/client-metadata.js';
import { readMetadata } from './clients/read-metadata.js';

/** @throws OAuthError invalid_client_metadata, invalid_redirect_uri */
export function readRegistration(req: Request): ClientMetadata {
  return readMetadata(req.is('application/json') ? req.body : undefined);
}
