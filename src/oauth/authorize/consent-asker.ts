import { createHash } from 'node:crypto';
import type { ConsentView } from '../../pages/index.js';
import type { Client } from '../clients/client.entity.js';
import { documentHost } from '../clients/document-host.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { provesIdentity, redirectHost } from './redirect-uri.js';

/** Who asks, as far as it is proved. */
export function askerOf({ client, redirectUri }: AuthorizationRequest): ConsentView['client'] {
  const claimed = documentHost(client);
  const verifiedHost = provesIdentity(redirectUri) ? proved(client, redirectUri) : undefined;
  return {
    name: client.name,
    clientId: client.id,
    ...(verifiedHost !== undefined && { verifiedHost }),
    ...(claimed !== undefined && verifiedHost === undefined && { claimedHost: claimed }),
    ...(client.lastUsedAt && { firstSeen: client.createdAt }),
    approved: client.trustState === 'approved',
  };
}

/**
 * A redirect over https reaches only who owns that host. The host of a metadata document vouches for the redirect URIs
 * it lists; for a client that registered itself an admin's approval has to.
 */
function proved(client: Client, redirectUri: string): string | undefined {
  const host = documentHost(client);
  if (host !== undefined) return host;
  return client.trustState === 'approved' ? redirectHost(redirectUri) : undefined;
}

/** What the client was when the page was made; a yes to a page about another one is asked again. */
export const identityOf = ({ fingerprint, name }: Client): string =>
  fingerprint?.toString('base64url') ?? createHash('sha256').update(name).digest('base64url');
