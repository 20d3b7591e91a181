import { createPublicKey, type JsonWebKey } from 'node:crypto';
import type { OidcProviderSection } from '../../config/index.js';
import { ProviderUnavailable } from '../sso-failure.js';
import { tryClient } from './client-trial.js';
import { checkIssuer } from './entra.js';
import { checkEndpoints, oidcClient, TIMEOUT_SECONDS } from './oidc-client.js';
import type { ProviderFacts, Reach, TestStep } from './provider.js';
import { Trial } from './trial.js';

/** Everything that can be tried at an OpenID provider without a person. */
export async function testOidc(
  section: OidcProviderSection,
  reach: Reach,
  { redirectUri }: ProviderFacts,
): Promise<readonly TestStep[]> {
  const trial = new Trial();
  trial.add('configuration', true, 'The settings are complete');
  trial.add('redirect_uri', true, `Register exactly this at the provider: ${redirectUri}`);
  const client = await trial.attempt(
    'discovery',
    'The discovery document',
    () => oidcClient(section, reach),
    {
      issuer_mismatch: 'issuer',
    },
  );
  if (!client) return trial.steps;
  const metadata = client.serverMetadata();
  const isTheirs = await trial.attempt('issuer', 'The issuer', () => {
    checkIssuer(section.issuer, metadata.issuer);
    return true;
  });
  const isUsable = await trial.attempt('endpoints', 'The endpoints', () => {
    checkEndpoints(metadata, reach);
    return true;
  });
  // The secret goes only where a sign-in would take it.
  if (!isTheirs || !isUsable) return trial.steps;
  await tryKeys(trial, metadata.jwks_uri!, reach);
  trial.add('pkce', metadata.supportsPKCE() || null, pkceWords(metadata.supportsPKCE()));
  await tryClient(trial, client, redirectUri);
  return trial.steps;
}

async function tryKeys(trial: Trial, uri: string, reach: Reach): Promise<void> {
  const keys = await trial.attempt('key_set', 'The key set', () => readKeys(uri, reach));
  if (keys === undefined) return;
  const usable = keys.filter(isUsable).length;
  trial.add('signing_keys', usable > 0, `Keys that can sign an id_token: ${usable}`);
}

async function readKeys(uri: string, reach: Reach): Promise<unknown[]> {
  const response = await reach.fetch(uri, {
    method: 'GET',
    headers: { accept: 'application/json' },
    body: undefined,
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1_000),
  });
  if (response.status !== 200) throw new ProviderUnavailable('response_status_unexpected');
  const read: unknown = await response.json().catch(() => undefined);
  const keys = typeof read === 'object' && read !== null && 'keys' in read ? read.keys : undefined;
  if (!Array.isArray(keys)) throw new ProviderUnavailable('response_not_json');
  return keys as unknown[];
}

function isUsable(key: unknown): boolean {
  if (typeof key !== 'object' || key === null || ('use' in key && key.use !== 'sig')) return false;
  try {
    createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

const pkceWords = (supported: boolean): string =>
  supported ? 'PKCE with S256 is announced' : 'PKCE is not announced; it is sent all the same';
