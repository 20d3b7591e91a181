import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { registerClient, type TestClient } from '../support/actors.js';
import { DocumentSite, selfSigned } from '../support/document-site.js';
import { get, post, request, type HttpResponse } from '../support/http.js';
import { HeldKey } from '../support/proofs.js';
import { runToExit, startServer, type TestServer } from '../support/server.js';
import { asOperator, authorizeQuery, events, refusalOf, ROOMY } from './harness.js';

type Json = Record<string, unknown>;

const key = new HeldKey();
const { n, e } = generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey.export({ format: 'jwk' });
const signing = { token_endpoint_auth_method: 'private_key_jwt' };
const keys = (...list: unknown[]) => ({ ...signing, jwks: { keys: list } });
const GOOD = { redirect_uris: ['https://c.test/cb'], token_endpoint_auth_method: 'none' };

/** Metadata that no client may have, in the words of RFC 7591, and what is said of it. */
const ILLEGAL: [string, Json, string][] = [
  ['a script for a redirect URI', { redirect_uris: ['javascript:alert(1)'] }, 'private-use schemes'],
  ['a plain http redirect URI', { redirect_uris: ['http://c.test/cb'] }, 'only https'],
  ['a redirect URI with a fragment', { redirect_uris: ['https://c.test/cb#f'] }, 'a fragment'],
  ['a redirect URI with a wildcard', { redirect_uris: ['https://*.c.test/cb'] }, 'a wildcard'],
  ['a redirect URI with a password', { redirect_uris: ['https://u:p@c.test/cb'] }, 'user information'],
  [
    'a redirect URI with a code in it',
    { redirect_uris: ['https://c.test/cb?code=1'] },
    'authorization response',
  ],
  ['a scheme nobody listed', { redirect_uris: ['myapp://cb'] }, 'private-use schemes'],
  [
    'a private-use scheme and a way to authenticate',
    { ...keys(key.published), redirect_uris: ['cursor://x/cb'] },
    'public clients only',
  ],
  [
    'keys by value and by URL',
    { ...keys(key.published), jwks_uri: 'https://c.test/keys' },
    'either jwks or jwks_uri',
  ],
  ['no keys to sign with', signing, 'needs jwks or jwks_uri'],
  ['an empty key set', keys(), 'it is empty'],
  ['a private key', keys({ ...key.privateKey.export({ format: 'jwk' }) }), 'private or symmetric'],
  ['a shared secret for a key', keys({ kty: 'oct', k: 'c2VjcmV0' }), 'private or symmetric'],
  ['a weak key', keys({ kty: 'RSA', n, e }), '2048 to 4096 bits'],
  ['a thousand keys', keys(...Array.from({ length: 1_000 }, () => ({ kty: 'EC' }))), 'more than 20 keys'],
  ['keys inside the network', { ...signing, jwks_uri: 'https://10.0.0.1/keys' }, 'public https URL'],
  ['keys without encryption', { ...signing, jwks_uri: 'http://c.test/keys' }, 'public https URL'],
  [
    'a script to go to after logout',
    { post_logout_redirect_uris: ['javascript:alert(1)'] },
    'post_logout_redirect_uris',
  ],
  [
    'a logout notice inside the network',
    { backchannel_logout_uri: 'https://169.254.169.254/' },
    'public https URL',
  ],
  ['a logout notice to a fragment', { backchannel_logout_uri: 'https://c.test/out#x' }, 'without a fragment'],
];

/** What the admin API and the configuration file call the same things. */
const AT_ADMIN: Record<string, string> = { token_endpoint_auth_method: 'auth_method' };
const IN_FILE: Record<string, string> = {
  redirect_uris: 'redirectUris',
  token_endpoint_auth_method: 'authMethod',
  jwks_uri: 'jwksUri',
  post_logout_redirect_uris: 'postLogoutRedirectUris',
  backchannel_logout_uri: 'backchannelLogoutUri',
};
const renamed = (metadata: Json, names: Record<string, string>): Json =>
  Object.fromEntries(Object.entries(metadata).map(([name, value]) => [names[name] ?? name, value]));

let server: TestServer;
let site: DocumentSite;
let self: TestClient;
let made: string;

beforeAll(async () => {
  const tls = selfSigned();
  site = await DocumentSite.start(tls);
  server = await startServer({
    env: { NODE_EXTRA_CA_CERTS: tls.cert },
    config: { limits: { ...ROOMY, clientDocument: 60_000 }, policies: { outboundLoopback: true } },
  });
  self = await registerClient(server, GOOD);
  made = (await asOperator(server, 'POST', '/clients', { json: atAdmin({}) })).json<{ id: string }>().id;
});
afterAll(() => site.stop());

const atAdmin = (over: Json): Json => ({ name: 'Client', ...renamed({ ...GOOD, ...over }, AT_ADMIN) });
const registered = (over: Json): Promise<HttpResponse> =>
  post(`${server.base}/oauth2/register`, { json: { ...GOOD, ...over } });
const replaced = ({ clientId, registration }: TestClient, over: Json): Promise<HttpResponse> =>
  request('PUT', registration['registration_client_uri'] as string, {
    json: { ...GOOD, client_id: clientId, ...over },
    headers: { authorization: `Bearer ${registration['registration_access_token'] as string}` },
  });
const byDocument = (url: string): Promise<HttpResponse> =>
  get(
    `${server.base}/oauth2/authorize?${authorizeQuery(server, {
      clientId: url,
      redirectUri: 'https://c.test/cb',
      authMethod: 'none',
      registration: {},
    })}`,
  );
const isStored = async (id: string): Promise<boolean> =>
  (await asOperator(server, 'GET', `/clients/${encodeURIComponent(id)}`)).status === 200;

describe('The same metadata gets the same refusal', () => {
  it.each(ILLEGAL)('whoever brings %s', async (_what, metadata, said) => {
    const first = await registered(metadata);
    const { error, error_description: description } = first.json<Record<string, string>>();
    expect([first.status, error]).toEqual([
      400,
      expect.stringMatching(/^invalid_(redirect_uri|client_metadata)$/),
    ]);
    expect(description).toContain(said);

    const changed = await replaced(self, metadata);
    expect(refusalOf(changed)).toEqual([400, error]);

    for (const response of [
      await asOperator(server, 'POST', '/clients', { json: atAdmin(metadata) }),
      await asOperator(server, 'PATCH', `/clients/${made}`, { json: renamed(metadata, AT_ADMIN) }),
    ]) {
      expect([response.status, response.json().code]).toEqual([400, 'invalid_request']);
      expect(response.text).toContain(description);
    }

    const url = site.publish({ ...GOOD, ...metadata });
    const page = await byDocument(url);
    expect([page.status, page.location]).toEqual([400, undefined]);
    const [event] = await events(server, { client_id: url, type: 'client.document.refused' });
    expect(event?.outcome.reason_code).toMatch(
      /^document_(invalid_redirect_uri|invalid_client_metadata|jwks_refused)$/,
    );
    expect(await isStored(url)).toBe(false);
  });

  it('and without the fault it is taken from all of them', async () => {
    const legal = { ...keys(key.published), post_logout_redirect_uris: ['https://c.test/out'] };
    expect((await registered(legal)).status).toBe(201);
    const created = await asOperator(server, 'POST', '/clients', { json: atAdmin(legal) });
    expect(created.status).toBe(201);
    const path = `/clients/${created.json<{ id: string }>().id}`;
    const changed = await asOperator(server, 'PATCH', path, { json: renamed(legal, AT_ADMIN) });
    expect(changed.status).toBe(200);
    const url = site.publish({ ...GOOD, ...legal });
    expect((await byDocument(url)).location?.pathname).toBe('/login');
    expect(await isStored(url)).toBe(true);
  });

  it('also in the configuration file: the server does not start, and names each', async () => {
    const inFile = ILLEGAL.filter(([what]) => what !== 'no keys to sign with');
    const clients = inFile.map(([, metadata], index) => ({
      clientId: `illegal-${index}`,
      name: 'Client',
      ...renamed({ ...GOOD, ...metadata }, IN_FILE),
    }));
    const { code, output } = await runToExit({ config: { clients } });
    expect(code).not.toBe(0);
    for (const [index, [, , said]] of inFile.entries()) {
      const line = output.split('\n').find((one) => one.includes(`illegal-${index}:`)) ?? '';
      expect(line).toContain(said);
    }
  });
});
