import type { AppConfig } from '../../config/index.js';
import { metadataOf } from '../clients/client-metadata.js';
import type { ClientView } from '../clients/client-view.js';

interface Secrets {
  readonly secret?: string;
  readonly managementToken: string;
  /** As it was sent (RFC 7591 §3.2.1). */
  readonly statement?: string | undefined;
}

/** RFC 7591 §3.2.1 and RFC 7592 §3: what was stored, which may differ from what was asked for. */
export function registrationAnswer(
  { issuer }: AppConfig,
  client: ClientView,
  { secret, managementToken, statement }: Secrets,
): object {
  return {
    client_id: client.id,
    client_id_issued_at: Math.floor(client.createdAt.getTime() / 1_000),
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    registration_client_uri: `${issuer}/oauth2/register/${encodeURIComponent(client.id)}`,
    registration_access_token: managementToken,
    ...metadataOf(client),
    ...(statement !== undefined && { software_statement: statement }),
  };
}
