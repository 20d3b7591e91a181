import { randomUUID, type JsonWebKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JWTPayload } from 'jose';
import {
  adminToken,
  opsClient,
  tokenRequest,
  tokensOf,
  type Connection,
  type TestClient,
} from '../support/actors.js';
import { Canary } from '../support/canary.js';
import {
  bringsItsKey,
  brokenUp,
  changed,
  oddKids,
  ofAnotherKind,
  publicKeyAsSecret,
  unsigned,
  type Forged,
} from '../support/forgeries.js';
import { get, post, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { asserting, HeldKey, nonceOf } from '../support/proofs.js';
import { startServer, type TestServer } from '../support/server.js';
import { stolenKey, type Signer } from '../support/stolen-key.js';
import {
  authorizeQuery,
  claimsOf,
  connectIn,
  events,
  INSIDE,
  mcpStatus,
  refusalOf,
  ROOMY,
  signedIn,
  webClient,
} from './harness.js';
import {
  ACCESS_TOKEN,
  EXCHANGE_CONFIG,
  exchangeRequest,
  serviceClient,
  STOCK,
} from './token-exchange.harness.js';

// The keys are RSA here: they have forms that lend themselves to being taken for a secret.
const config = {
  ...EXCHANGE_CONFIG,
  limits: { ...ROOMY, introspection: { points: 1_000_000, seconds: 60 } },
  policies: { keys: { algorithm: 'RS256' } },
};

let server: TestServer;
let canary: Canary;
let person: Connection;
/** Somebody whose id_token is tried at the sign-out. */
let leaving: Connection;
let signer: TestClient;
let published: JsonWebKey;
const key = new HeldKey('RS256');

beforeAll(async () => {
  canary = await Canary.start({ keys: [key.published] });
  server = await startServer({ config });
  const client = await webClient(server);
  person = await connectIn(server, await signedIn(server), { client, scope: 'openid mcp:tools:read' });
  signer = await webClient(server, {
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [key.published] },
  });
  published = (await get(`${server.base}/oauth2/jwks`)).json<{ keys: JsonWebKey[] }>().keys[0]!;
});
afterAll(() => canary.stop());

interface Consumer {
  /** A token that is taken there. */
  good: () => string | Promise<string>;
  /** Whose public key everybody has. */
  key: () => JsonWebKey;
  /** What of the answer tells whether a token was taken. */
  outcome: (token: string) => Promise<unknown>;
  taken: unknown;
  refused: unknown;
  /** The header is the right place for the key there. */
  keyInHeader?: true;
}

const answered = async (response: Promise<HttpResponse>, say: (answer: HttpResponse) => unknown) => {
  const answer = await response;
  expect(answer.text).not.toMatch(INSIDE);
  return say(answer);
};
const statusOf = ({ status }: HttpResponse): number => status;
const bearer = (token: string): { headers: Record<string, string> } => ({
  headers: { authorization: `Bearer ${token}` },
});
const asGateway = {
  authorization: `Basic ${Buffer.from(`gateway:${serviceClient('gateway').clientSecret!}`).toString('base64')}`,
};
const ours = { key: () => published };
const clients = { key: () => key.jwk };
const mcpToken = (): string => person.tokens.access_token;
const idToken = (): string => person.tokens.id_token!;
const machineToken = async (): Promise<string> =>
  tokensOf(
    await tokenRequest(server, serviceClient('gateway'), {
      grant_type: 'client_credentials',
      scope: 'mcp:tools:read',
    }),
  ).access_token;

const CONSUMERS: Record<string, Consumer> = {
  'the MCP endpoint': {
    ...ours,
    good: mcpToken,
    outcome: (token) => mcpStatus(server, token),
    taken: 200,
    refused: 401,
  },
  'the admin API': {
    ...ours,
    good: () => adminToken(server),
    outcome: (token) => answered(get(`${server.base}/admin/v1/users`, bearer(token)), statusOf),
    taken: 200,
    refused: 401,
  },
  userinfo: {
    ...ours,
    good: async () =>
      (await connectIn(server, person.jar, { scope: 'openid', resource: null })).tokens.access_token,
    outcome: (token) =>
      answered(post(`${server.base}/oauth2/userinfo`, { form: { access_token: token } }), statusOf),
    taken: 200,
    refused: 401,
  },
  introspection: {
    ...ours,
    good: mcpToken,
    outcome: (token) =>
      answered(
        post(`${server.base}/oauth2/introspect`, { form: { token }, headers: asGateway }),
        ({ status, text }) => [status, text.startsWith('{"active":true') ? 'active' : text],
      ),
    taken: [200, 'active'],
    refused: [200, '{"active":false}'],
  },
  'token exchange, as whom it is about': {
    ...ours,
    good: mcpToken,
    outcome: (token) => answered(exchangeRequest(server, 'gateway', token), refusalOf),
    taken: [200, undefined],
    refused: [400, 'invalid_request'],
  },
  'token exchange, as who acts': {
    ...ours,
    good: machineToken,
    outcome: (actor_token) =>
      answered(
        exchangeRequest(server, 'gateway', mcpToken(), { actor_token, actor_token_type: ACCESS_TOKEN }),
        refusalOf,
      ),
    taken: [200, undefined],
    refused: [400, 'invalid_request'],
  },
  'the authorization endpoint, as a hint of who it is': {
    ...ours,
    good: idToken,
    outcome: (id_token_hint) => {
      const query = authorizeQuery(server, person.client, {
        id_token_hint,
        prompt: 'none',
        scope: 'openid mcp:tools:read',
      });
      return answered(
        post(`${server.base}/oauth2/authorize`, {
          body: query,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          cookies: person.jar.copy(),
        }),
        ({ location }) => location?.searchParams.get('error') ?? null,
      );
    },
    taken: null,
    refused: 'invalid_request',
  },
  'the sign-out, as a proof of who asks': {
    ...ours,
    good: async () => {
      leaving = await connectIn(server, await signedIn(server), { scope: 'openid', resource: null });
      return leaving.tokens.id_token!;
    },
    outcome: (id_token_hint) =>
      answered(
        post(`${server.base}/oauth2/logout`, { form: { id_token_hint }, cookies: leaving.jar }),
        ({ text }) => (text.includes('name="csrf"') ? 'asks the person' : 'signs out'),
      ),
    taken: 'signs out',
    refused: 'asks the person',
  },
  'client authentication, as an assertion': {
    ...clients,
    good: () => key.assertion(server, signer.clientId),
    outcome: (assertion) =>
      answered(
        post(`${server.base}/oauth2/token`, {
          form: { grant_type: 'refresh_token', refresh_token: 'x', ...asserting(assertion) },
        }),
        refusalOf,
      ),
    taken: [400, 'invalid_grant'],
    refused: [401, 'invalid_client'],
  },
  'the token endpoint, as a proof of a key': {
    ...clients,
    good: async () => key.proof({ url: `${server.url}/oauth2/token`, nonce: await nonceOf(server) }),
    outcome: (dpop) =>
      answered(tokenRequest(server, opsClient(), { grant_type: 'client_credentials' }, { dpop }), refusalOf),
    taken: [200, undefined],
    refused: [400, 'invalid_dpop_proof'],
    keyInHeader: true,
  },
};

const FORGERIES: Record<string, (good: string, consumer: Consumer) => Forged> = {
  'is not signed': unsigned,
  'is broken up': brokenUp,
  'says something else by now': (good) =>
    changed(good, { 'another subject': { sub: randomUUID() }, 'a later end': { exp: 2 ** 33, iat: 1 } }),
  'is signed with a public key as a secret': (good, consumer) =>
    publicKeyAsSecret(good, consumer.key(), {
      'the client secret': serviceClient('gateway').clientSecret!,
    }),
  'brings its own key': (good, { keyInHeader }) => (keyInHeader ? {} : bringsItsKey(good, canary.url)),
  'is signed by a key of another kind': (good, { keyInHeader }) => (keyInHeader ? {} : ofAnotherKind(good)),
  'names its key in an odd way': oddKids,
};

describe.each(Object.keys(CONSUMERS))('A forged token at %s', (name) => {
  it('is not taken, and where it says its key is nobody is asked', async () => {
    const consumer = CONSUMERS[name]!;
    const good = await consumer.good();
    let tried = 0;
    for (const [what, forge] of Object.entries(FORGERIES))
      for (const [how, token] of Object.entries(forge(good, consumer))) {
        expect([what, how, await consumer.outcome(token)]).toEqual([what, how, consumer.refused]);
        tried++;
      }
    expect(tried).toBeGreaterThan(90);
    expect(canary.hits).toEqual([]);
    // The same one put right.
    expect(await consumer.outcome(good)).toEqual(consumer.taken);
  });
});

it('A forged token cannot be used to end the real one', async () => {
  const { client, tokens } = await connectIn(server, person.jar, { scope: 'mcp:tools:read' });
  const forge = CONSUMERS['introspection']!;
  for (const make of Object.values(FORGERIES))
    for (const token of Object.values(make(tokens.access_token, forge))) {
      const form = { token, client_id: client.clientId };
      expect((await post(`${server.base}/oauth2/revoke`, { form })).status).toBe(200);
    }
  expect(await mcpStatus(server, tokens.access_token)).toBe(200);
  expect(await events(server, { type: 'revocation.applied', client_id: client.clientId })).toEqual([]);
});

describeOnPostgres('A token that our own key signed', () => {
  let signed: Signer;
  beforeAll(async () => {
    signed = await stolenKey(server);
  });
  const now = Math.floor(Date.now() / 1_000);
  const TIMES = [
    { exp: now - 1 },
    { exp: -1 },
    { exp: now - 0.5 },
    { exp: String(now + 600) },
    { exp: null },
    { exp: [now + 600] },
    { nbf: now + 120 },
    { nbf: 'soon' },
    { iat: 'now' },
    { iat: now + 120 },
  ];
  const ANYBODY = [
    { iss: 'https://evil.test' },
    { iss: undefined },
    { sub: undefined },
    { sub: ['x'] },
    { aud: undefined },
    { aud: [] },
    { aud: 7 },
    { exp: undefined },
    { iat: undefined },
  ];
  const ACCESS = [...TIMES, { jti: undefined }, { client_id: undefined }, { rev: undefined }, { rev: '0' }];
  const TYPES = ['dpop+jwt', 'logout+jwt', '', undefined, ['at+jwt'], 'oauth-id-jag+jwt'];

  const CASES: [string, string, object[], unknown[]][] = [
    ['introspection', 'access', [...ANYBODY, ...ACCESS], [...TYPES, 'JWT']],
    ['token exchange, as whom it is about', 'access', [...ANYBODY, ...ACCESS], [...TYPES, 'JWT']],
    ['the authorization endpoint, as a hint of who it is', 'id', ANYBODY, [...TYPES, 'at+jwt']],
  ];
  it.each(CASES)('and is not one of ours is not taken at %s', async (name, kind, claims, types) => {
    const { good, outcome, taken, refused } = CONSUMERS[name]!;
    const right = claimsOf(await good());
    const typ = kind === 'access' ? 'at+jwt' : 'JWT';
    for (const over of claims)
      expect([over, await outcome(await signed({ ...right, ...over }, { typ }))]).toEqual([over, refused]);
    for (const other of types)
      expect([other, await outcome(await signed(right, { typ: other }))]).toEqual([other, refused]);
    expect(await outcome(await signed(right, { typ }))).toEqual(taken);
  });

  it('for another resource is not told of to who does not act for that one', async () => {
    const { outcome, refused } = CONSUMERS['introspection']!;
    const right = claimsOf(mcpToken());
    for (const aud of [STOCK, `${server.url}/mcp2`, server.url, `${server.url}/admin`, [right['aud'], STOCK]])
      expect([aud, await outcome(await signed({ ...right, aud } as JWTPayload))]).toEqual([aud, refused]);
  });
});
