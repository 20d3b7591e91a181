import { digest } from '../../sealing/index.js';
import { thumbprints } from './client-keys.js';
import type { EffectiveMetadata } from './client-metadata.js';

/**
 * What a person relies on who consents: what they are shown, where the answer goes, and who can take it up. A client
 * that is another one by this measure asks again.
 */
export async function fingerprintOf(client: EffectiveMetadata): Promise<Buffer> {
  return digest(JSON.stringify([client.name, client.clientUri, client.logoUri, await reachOf(client)]));
}

/** Whether the change moves where answers, people and logout tokens go, or who can prove to be the client. */
export async function movesTrust(before: EffectiveMetadata, after: EffectiveMetadata): Promise<boolean> {
  return JSON.stringify(await reachOf(before)) !== JSON.stringify(await reachOf(after));
}

async function reachOf(client: EffectiveMetadata): Promise<unknown[]> {
  const { redirectUris, authMethod, jwks, jwksUri } = client;
  const keys = jwks ? await thumbprints(jwks) : null;
  return [[...redirectUris].sort(), authMethod, keys, jwksUri, ...logoutReach(client)];
}

/** Nothing for a client that has none of it, which so is the same by this measure as it was before it counted. */
function logoutReach({ postLogoutRedirectUris, backchannelLogoutUri }: EffectiveMetadata): unknown[] {
  if (postLogoutRedirectUris.length === 0 && backchannelLogoutUri === null) return [];
  return [[...postLogoutRedirectUris].sort(), backchannelLogoutUri];
}
