import type { Change, Json } from '../../audit/index.js';
import type { Client } from './client.entity.js';

/** Members that the trail tells by value: none of them is a secret. */
const TOLD = {
  name: 'name',
  trustState: 'trust_state',
  authMethod: 'auth_method',
  assertionAlg: 'token_endpoint_auth_signing_alg',
  applicationType: 'application_type',
  redirectUris: 'redirect_uris',
  grantTypes: 'grant_types',
  scopes: 'scopes',
  allowedScopes: 'allowed_scopes',
  skipConsent: 'skip_consent',
  clientUri: 'client_uri',
  logoUri: 'logo_uri',
  tosUri: 'tos_uri',
  policyUri: 'policy_uri',
  jwks: 'jwks',
  jwksUri: 'jwks_uri',
  softwareId: 'software_id',
  softwareVersion: 'software_version',
  requirePar: 'require_par',
  dpopBound: 'dpop_bound',
  postLogoutRedirectUris: 'post_logout_redirect_uris',
  backchannelLogoutUri: 'backchannel_logout_uri',
  backchannelLogoutSessionRequired: 'backchannel_logout_session_required',
} as const satisfies Partial<Record<keyof Client, string>>;

type Told = keyof typeof TOLD;

/** What is different after a change, as the audit trail tells it; of a secret only that it is another one. */
export function differences(before: Client, after: Client): Record<string, Json> {
  const changed = (Object.keys(TOLD) as Told[]).filter((name) => !same(before[name], after[name]));
  return {
    ...Object.fromEntries(
      changed.map((name) => [TOLD[name], { before: plain(before[name]), after: plain(after[name]) }]),
    ),
    ...(!same(before.secretDigest, after.secretDigest) && { secret: 'changed' }),
  };
}

/** All that the trail tells of a client by value. */
export const snapshotOf = (client: Client): Record<string, Json> =>
  Object.fromEntries((Object.keys(TOLD) as Told[]).map((name) => [TOLD[name], plain(client[name])]));

/** The difference in full; of secrets only that they are others now. */
export const changeOf = (before: Client | null, after: Client | null): Change => ({
  before: before && snapshotOf(before),
  after: after && snapshotOf(after),
  ...(before && after && !same(before.secretDigest, after.secretDigest) && { secrets: ['client_secret'] }),
});

/** Of a key set the key ids: the keys themselves would be cut off in the trail. */
function plain(value: Client[Told]): Json {
  if (value !== null && typeof value === 'object' && 'keys' in value && !Array.isArray(value))
    return value.keys.map(({ kid, kty }) => kid ?? kty ?? '');
  return value;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** jsonb gives back the members of an object in an order of its own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
