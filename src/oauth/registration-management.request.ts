import type { Request } from 'express';
import type { ClientMetadata } from './clients/client-metadata.js';
import { OAuthError } from './oauth-error.js';
import { readRegistration } from './registration.request.js';

/** RFC 7592 §2.2: members of the answer that a request must not bring back. */
const NOT_SENT = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
];

export interface Replacement {
  readonly metadata: ClientMetadata;
  readonly secret?: unknown;
}

/** @throws OAuthError invalid_client_metadata, invalid_redirect_uri */
export function readReplacement(req: Request, id: string): Replacement {
  const metadata = readRegistration(req);
  const body = req.body as Readonly<Record<string, unknown>>;
  if (!Object.hasOwn(body, 'client_id') || body['client_id'] !== id)
    throw new OAuthError('invalid_client_metadata', 'client_id must be the one of this client', {
      reason: 'wrong_client_id',
    });
  const wrong = NOT_SENT.find((name) => Object.hasOwn(body, name));
  if (wrong)
    throw new OAuthError('invalid_client_metadata', `${wrong} must not be sent`, {
      reason: `sent_${wrong}`,
    });
  return { metadata, ...(Object.hasOwn(body, 'client_secret') && { secret: body['client_secret'] ?? '' }) };
}
