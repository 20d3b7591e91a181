import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  adminToken,
  attemptAuthorize,
  authorize,
  connect,
  exchange,
  refresh,
  tokensOf,
  type TestClient,
} from '../support/actors.js';
import { clientDocument, DocumentSite } from '../support/document-site.js';
import { get, type CookieJar, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { HeldKey } from '../support/proofs.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  asOperator,
  atOnce,
  authorizeQuery,
  events,
  freshCode,
  refusalOf,
  ROOMY,
  signedIn,
} from '../oauth/harness.js';
import { openApi } from './routes.js';

type Json = Record<string, unknown>;

let server: TestServer;
let site: DocumentSite;
let jar: CookieJar;

beforeAll(async () => {
  site = await DocumentSite.start();
  server = await startServer({
    config: {
      limits: ROOMY,
      policies: { outboundLoopback: true },
      clients: [{ clientId: 'from-the-file', name: 'File', redirectUris: ['https://c.test/cb'] }],
    },
  });
  jar = await signedIn(server);
});
afterAll(() => site.stop());

const at = (id: string): string => `/clients/${encodeURIComponent(id)}`;
const patch = (id: string, json: unknown, options = {}): Promise<HttpResponse> =>
  asOperator(server, 'PATCH', at(id), { json, ...options });
const show = (id: string): Promise<HttpResponse> => asOperator(server, 'GET', at(id));

async function make(over: Json = {}): Promise<TestClient> {
  const response = await asOperator(server, 'POST', '/clients', {
    json: { name: 'Before', redirect_uris: ['https://c.test/cb'], auth_method: 'none', ...over },
  });
  if (response.status !== 201) throw new Error(response.text);
  const made = response.json<Json>();
  return {
    clientId: made['id'] as string,
    ...(typeof made['client_secret'] === 'string' && { clientSecret: made['client_secret'] }),
    authMethod: made['auth_method'] as string,
    redirectUri: (made['redirect_uris'] as string[])[0] ?? '',
    registration: made,
  };
}

const key = new HeldKey();
/** Another value for every member; `jwks_uri` stands in place of `jwks`. */
const EVERYTHING: Json = {
  name: 'After',
  redirect_uris: ['https://c.test/other', 'http://127.0.0.1:1/cb'],
  grant_types: ['authorization_code', 'client_credentials'],
  auth_method: 'private_key_jwt',
  application_type: 'native',
  scopes: ['mcp:tools:read', 'openid'],
  allowed_scopes: ['mcp:tools:read', 'openid', 'email'],
  skip_consent: true,
  require_par: true,
  dpop_bound: true,
  jwks: { keys: [key.published] },
  post_logout_redirect_uris: ['https://c.test/bye'],
  backchannel_logout_uri: 'https://c.test/out',
  backchannel_logout_session_required: true,
  client_uri: 'https://c.test/',
  logo_uri: 'https://c.test/logo.svg',
  tos_uri: 'https://c.test/terms',
  policy_uri: 'https://c.test/privacy',
};
const CLEARABLE = [
  'allowed_scopes',
  'jwks',
  'jwks_uri',
  'backchannel_logout_uri',
  'client_uri',
  'logo_uri',
  'tos_uri',
  'policy_uri',
];

describe('PATCH /clients/{id}', () => {
  it('changes every member there is, says what is stored, and tells the trail', async () => {
    const { components } = await openApi(server);
    const members = Object.keys(components.schemas['ChangedClientRequest']!.properties!);
    expect(Object.keys(EVERYTHING).concat('jwks_uri').sort()).toEqual(members.sort());

    const { clientId, registration } = await make();
    const response = await patch(clientId, EVERYTHING);
    expect([response.status, response.json()]).toEqual([
      200,
      { ...registration, ...EVERYTHING, updated_at: expect.any(String) },
    ]);
    const shown = await show(clientId);
    expect([shown.json(), shown.headers['etag']]).toEqual([response.json(), response.headers['etag']]);
    const [event] = await events(server, { type: 'client.changed', client_id: clientId });
    const told = (event?.details as { changes: Json }).changes;
    expect(event?.actor).toMatchObject({ type: 'client', id: 'ops' });
    expect(told['redirect_uris']).toEqual({
      before: ['https://c.test/cb'],
      after: EVERYTHING['redirect_uris'],
    });
    expect(Object.keys(told)).toHaveLength(Object.keys(EVERYTHING).length);
  });

  it('leaves alone what is not sent, member by member', async () => {
    const { clientId } = await make(EVERYTHING);
    let before = (await show(clientId)).json<Json>();
    const other: Json = {
      name: 'Again',
      scopes: ['email'],
      redirect_uris: ['https://c.test/third'],
      skip_consent: false,
      require_par: false,
      tos_uri: 'https://c.test/new-terms',
      allowed_scopes: ['email'],
    };
    for (const [name, value] of Object.entries(other)) {
      const after = (await patch(clientId, { [name]: value })).json<Json>();
      expect(after).toEqual({ ...before, [name]: value, updated_at: after['updated_at'] });
      before = after;
    }
  });

  it.each(CLEARABLE)('takes %s away with null', async (name) => {
    const keyed = name === 'jwks_uri' ? { jwks: undefined, jwks_uri: 'https://c.test/keys' } : {};
    const method = name.startsWith('jwks') ? { auth_method: 'client_secret_basic' } : {};
    const { clientId } = await make({ ...EVERYTHING, ...keyed, ...method });
    expect((await show(clientId)).json()).toHaveProperty(name);
    const response = await patch(clientId, { [name]: null });
    expect(response.status).toBe(200);
    expect(response.json()).not.toHaveProperty(name);
    expect((await show(clientId)).json()).toEqual(response.json());
  });

  it('exchanges keys by value for keys by URL in one request', async () => {
    const { clientId } = await make(EVERYTHING);
    const response = await patch(clientId, { jwks: null, jwks_uri: 'https://c.test/keys' });
    expect(response.json()).toMatchObject({ jwks_uri: 'https://c.test/keys' });
    expect(response.json()).not.toHaveProperty('jwks');
    expect((await patch(clientId, { jwks_uri: null })).status).toBe(400);
  });

  it.each<[string, unknown]>([
    ['null for a member that must be', { name: null }],
    ['null for redirect URIs', { redirect_uris: null }],
    ['an empty list of grant types', { grant_types: [] }],
    ['a text for a flag', { require_par: 'true' }],
    ['a scope nobody knows', { scopes: ['root'] }],
    ['a ceiling nobody knows', { allowed_scopes: ['root'] }],
    ['an id', { id: 'mine' }],
    ['a state', { trust_state: 'approved' }],
    ['a way it came to be', { registration: 'static' }],
    ['a secret', { client_secret: 'mine' }],
    ['a registration access token', { management_digest: 'x' }],
    ['a list', []],
    ['nothing that is JSON', '{'],
  ])('refuses %s, and changes nothing', async (_what, json) => {
    const { clientId } = await make();
    const before = (await show(clientId)).json();
    const options =
      json === '{' ? { json: undefined, body: '{', headers: { 'content-type': 'application/json' } } : {};
    const response = await patch(clientId, json, options);
    expect([response.status, response.headers['content-type']]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ]);
    expect((await show(clientId)).json()).toEqual(before);
    expect(await events(server, { type: 'client.changed', client_id: clientId })).toEqual([]);
  });

  it('finds no client that is not there', async () => {
    for (const id of ['gh_c_nobody', 'a/b', '\u0000'])
      expect((await patch(id, { name: 'x' })).status).toBe(404);
  });

  it('records nothing when it says what is so already, and keeps the tag', async () => {
    const { clientId } = await make(EVERYTHING);
    const before = await show(clientId);
    const { jwks, ...rest } = EVERYTHING;
    const sameKeys = { keys: [Object.fromEntries(Object.entries(key.published).reverse())] };
    const response = await patch(clientId, { ...rest, jwks: jwks && sameKeys });
    expect([response.status, response.headers['etag']]).toEqual([200, before.headers['etag']]);
    expect(await events(server, { type: 'client.changed', client_id: clientId })).toEqual([]);
  });
});

describe('If-Match', () => {
  it('lets through who has seen the client as it is, and nobody else', async () => {
    const { clientId } = await make();
    const seen = (await show(clientId)).headers['etag']!;
    const changed = await patch(clientId, { name: 'First' }, { headers: { 'if-match': seen } });
    expect(changed.status).toBe(200);
    const late = await patch(clientId, { name: 'Second' }, { headers: { 'if-match': seen } });
    expect([late.status, late.json().code]).toEqual([412, 'precondition_failed']);
    expect((await show(clientId)).json().name).toBe('First');
    const third = await patch(clientId, { name: 'Third' }, { headers: { 'if-match': '*' } });
    const either = `"x", ${third.headers['etag']}`;
    const fourth = await patch(clientId, { name: 'Fourth' }, { headers: { 'if-match': either } });
    expect([third.status, fourth.status]).toEqual([200, 200]);
  });

  it('does not take use of the client for a change, and suspension for one', async () => {
    const client = await make();
    const seen = (await show(client.clientId)).headers['etag'];
    await connect(server, { client, jar });
    expect((await show(client.clientId)).headers['etag']).toBe(seen);
    await asOperator(server, 'POST', `${at(client.clientId)}/suspend`);
    expect((await show(client.clientId)).headers['etag']).not.toBe(seen);
  });
});

describe('A change', () => {
  it('bites at once: consent, redirect URIs, ceiling, grant types, pushed requests', async () => {
    const client = await make();
    const { tokens } = await connect(server, { client, jar, scope: 'mcp:tools:execute' });
    await patch(client.clientId, { skip_consent: true });
    expect((await authorize(server, client, { jar, scope: 'openid email' })).pages).toEqual([]);

    await patch(client.clientId, { allowed_scopes: ['mcp:tools:read'] });
    const above = await attemptAuthorize(server, client, { jar, scope: 'mcp:tools:execute' });
    expect(above).toMatchObject({ error: 'invalid_scope' });
    expect(refusalOf(await refresh(server, client, tokens.refresh_token!))).toEqual([400, 'invalid_grant']);

    await patch(client.clientId, { redirect_uris: ['https://c.test/moved'] });
    const old = await attemptAuthorize(server, client, { jar });
    expect(old).toMatchObject({ error: undefined, response: { status: 400 } });
    const moved = { ...client, redirectUri: 'https://c.test/moved' };
    const next = await connect(server, { client: moved, jar });

    await patch(client.clientId, { grant_types: ['authorization_code'] });
    expect(refusalOf(await refresh(server, moved, next.tokens.refresh_token!))).toEqual([
      400,
      'unauthorized_client',
    ]);
    await patch(client.clientId, { require_par: true });
    expect(await attemptAuthorize(server, moved, { jar })).toMatchObject({ error: 'invalid_request' });
  });

  it('of the ceiling bites between the yes of a person and the tokens too', async () => {
    const client = await make();
    const ask = () => freshCode(server, client, { jar, scope: 'mcp:tools:execute openid' });
    const [narrowed, emptied] = [await ask(), await ask()];
    await patch(client.clientId, { allowed_scopes: ['openid'] });
    const some = await exchange(server, client, narrowed.code, narrowed.verifier);
    expect(tokensOf(some).scope).toBe('openid');
    await patch(client.clientId, { allowed_scopes: ['email'] });
    expect(refusalOf(await exchange(server, client, emptied.code, emptied.verifier))).toEqual([
      400,
      'invalid_grant',
    ]);
    const [event] = await events(server, { type: 'token.request.rejected', client_id: client.clientId });
    expect(event?.outcome.reason_code).toBe('no_scope_left');
  });

  it('of the authentication method asks for a secret that has to be made, and forgets one that is not needed', async () => {
    const client = await make();
    const { tokens } = await connect(server, { client, jar });
    await patch(client.clientId, { auth_method: 'client_secret_basic' });
    expect(refusalOf(await refresh(server, client, tokens.refresh_token!))).toEqual([401, 'invalid_client']);
    const made = await asOperator(server, 'POST', `${at(client.clientId)}/secret`);
    const clientSecret = made.json<{ client_secret: string }>().client_secret;
    const known = { ...client, clientSecret, authMethod: 'client_secret_basic' };
    const next = await refresh(server, known, tokens.refresh_token!);
    expect(next.status).toBe(200);
    await patch(client.clientId, { auth_method: 'none' });
    await patch(client.clientId, { auth_method: 'client_secret_basic' });
    const again = await refresh(server, known, next.json<{ refresh_token: string }>().refresh_token);
    expect(refusalOf(again)).toEqual([401, 'invalid_client']);
  });

  it('of a client that the file names is refused: the next start would take it back', async () => {
    for (const response of [
      await patch('from-the-file', { name: 'Mine' }),
      await asOperator(server, 'POST', '/clients/from-the-file/secret'),
    ])
      expect([response.status, response.json().code]).toEqual([403, 'forbidden']);
  });

  it('of a client with a document is for what its document does not say', async () => {
    const url = site.publish({ client_name: 'Document' });
    const client = {
      clientId: url,
      redirectUri: 'https://app.example/cb',
      authMethod: 'none',
      registration: {},
    };
    await get(`${server.base}/oauth2/authorize?${authorizeQuery(server, client)}`);
    const ours = { allowed_scopes: ['mcp:tools:read'], skip_consent: true };
    expect((await patch(url, ours)).json()).toMatchObject({ ...ours, name: 'Document' });
    for (const [name, value] of Object.entries({ name: 'Mine', redirect_uris: ['https://evil.test/'] })) {
      const response = await patch(url, { [name]: value });
      expect([response.status, response.json().errors[0].field]).toEqual([400, name]);
    }
    expect((await show(url)).json()).toMatchObject({ ...ours, name: 'Document' });
  });

  it('reaches a client by its id, whatever long URL that is', async () => {
    const url = `${site.newUrl()}/${'long/'.repeat(150)}app.json`;
    site.show(url, { body: clientDocument(url, { client_name: 'Long' }) });
    expect(url.length).toBeGreaterThan(700);
    const client = {
      clientId: url,
      redirectUri: 'https://app.example/cb',
      authMethod: 'none',
      registration: {},
    };
    const { tokens } = await connect(server, { client, jar, scope: 'mcp:tools:read' });
    expect((await show(url)).json()).toMatchObject({ id: url, name: 'Long' });
    const query = `client_id=${encodeURIComponent(url)}`;
    expect((await asOperator(server, 'GET', `/grants?${query}`)).json().items).toHaveLength(1);
    expect((await events(server, { type: 'token.issued', client_id: url })).length).toBe(1);
    const listed = await asOperator(server, 'GET', '/clients?limit=1');
    const next = await asOperator(server, 'GET', `/clients?limit=1&cursor=${listed.json().next}`);
    expect([listed.json().items[0].id, next.status]).toEqual([url, 200]);
    expect((await asOperator(server, 'POST', `${at(url)}/suspend`)).status).toBe(200);
    expect(refusalOf(await refresh(server, client, tokens.refresh_token!))[1]).toMatch(/^invalid_/);
  });

  it('gives nobody more administration than they have, and hands over no client that has more', async () => {
    const token = await adminToken(server, 'admin:clients');
    const plain = await make();
    for (const member of ['scopes', 'allowed_scopes']) {
      const response = await patch(plain.clientId, { [member]: ['admin:users'] }, { token });
      expect([member, response.status, response.json().code]).toEqual([member, 403, 'forbidden']);
    }
    const strong = await make({
      grant_types: ['client_credentials'],
      auth_method: 'client_secret_basic',
      scopes: ['admin:users'],
    });
    const taken = [
      await patch(strong.clientId, { jwks_uri: 'https://evil.test/keys' }, { token }),
      await asOperator(server, 'POST', `${at(strong.clientId)}/secret`, { token }),
    ];
    for (const response of taken) expect([response.status, response.json().code]).toEqual([403, 'forbidden']);
    expect((await patch(plain.clientId, { name: 'Fine' }, { token })).status).toBe(200);
  });
});

describeOnPostgres('Changes that come at once', () => {
  it('of different members are all there, whole', async () => {
    const { clientId } = await make();
    const one: Json[] = [
      { name: 'Parallel' },
      { client_uri: 'https://c.test/p' },
      { scopes: ['openid'] },
      { require_par: true },
      { tos_uri: 'https://c.test/t' },
      { redirect_uris: ['https://c.test/p'] },
    ];
    const answers = await Promise.all(one.map((json) => patch(clientId, json)));
    expect(answers.map(({ status }) => status)).toEqual(one.map(() => 200));
    expect((await show(clientId)).json()).toMatchObject(Object.assign({}, ...one) as Json);
  });

  it('with the same tag are one change', async () => {
    const { clientId } = await make();
    const headers = { 'if-match': (await show(clientId)).headers['etag']! };
    const answers = await atOnce(10, (index) => patch(clientId, { name: `N${index}` }, { headers }));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(9);
    expect(await events(server, { type: 'client.changed', client_id: clientId })).toHaveLength(1);
  });
});
