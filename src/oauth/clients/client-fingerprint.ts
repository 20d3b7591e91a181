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

/** Whether the change moves where answers go, or who can prove to be the client. */
export async function movesTrust(before: EffectiveMetadata, after: EffectiveMetadata): Promise<boolean> {
  return JSON.stringify(await reachOf(before)) !== JSON.stringify(await reachOf(after));
}

async function reachOf({ redirectUris, authMethod, jwks, jwksUri }: EffectiveMetadata): Promise<unknown[]> {
  return [[...redirectUris].sort(), authMethod, jwks ? await thumbprints(jwks) : null, jwksUri];
}
