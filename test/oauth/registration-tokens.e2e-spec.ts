import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { attemptAuthorize, adminToken, connect, type TestClient } from '../support/actors.js';
import { get, post, type CookieJar, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, atOnce, events, refusalOf, ROOMY, signedIn } from './harness.js';

const WEB = { client_name: 'Invited', redirect_uris: ['https://c.test/cb'] };

let server: TestServer;
let jar: CookieJar;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY, policies: { registration: 'token' } } });
  jar = await signedIn(server);
});

const register = (token?: string, body: object = WEB, at = server): Promise<HttpResponse> =>
  post(`${at.base}/oauth2/register`, {
    json: body,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });

interface Made {
  readonly id: string;
  readonly token: string;
}

async function make(over: object = {}, at = server): Promise<Made> {
  const response = await asOperator(at, 'POST', '/initial-access-tokens', {
    json: { note: 'For tests', ...over },
  });
  if (response.status !== 201) throw new Error(response.text);
  return response.json<Made>();
}

const show = async ({ id }: Made) =>
  (await asOperator(server, 'GET', '/initial-access-tokens?limit=200'))
    .json<{ items: Record<string, unknown>[] }>()
    .items.find((item) => item['id'] === id);

function clientOf(response: HttpResponse): TestClient {
  expect(response.status).toBe(201);
  const registration = response.json<Record<string, unknown>>();
  return {
    clientId: registration['client_id'] as string,
    authMethod: registration['token_endpoint_auth_method'] as string,
    redirectUri: WEB.redirect_uris[0]!,
    registration,
  };
}

const stored = async ({ clientId }: TestClient) =>
  (await asOperator(server, 'GET', `/clients/${clientId}`)).json<Record<string, unknown>>();

describe('Registration by token', () => {
  it('is advertised, and asks for one', async () => {
    const metadata = await get(`${server.base}/.well-known/oauth-authorization-server`);
    expect(metadata.json()).toMatchObject({ registration_endpoint: `${server.url}/oauth2/register` });
    const refused = await register();
    expect(refusalOf(refused)).toEqual([401, 'invalid_token']);
    expect(refused.headers['www-authenticate']).toBe('Bearer');
  });

  it('lets in who has one, once unless it says more', async () => {
    const once = await make();
    const client = clientOf(await register(once.token));
    expect((await connect(server, { client, jar })).tokens.access_token).toEqual(expect.any(String));
    expect(refusalOf(await register(once.token))).toEqual([401, 'invalid_token']);
    const thrice = await make({ max_uses: 3 });
    const statuses = [];
    for (let index = 0; index < 4; index++) statuses.push((await register(thrice.token)).status);
    expect(statuses).toEqual([201, 201, 201, 401]);
    expect(await show(thrice)).toMatchObject({ uses: 3, max_uses: 3 });
  });

  it('counts only registrations that came to something', async () => {
    const made = await make();
    expect((await register(made.token, { redirect_uris: ['javascript:x'] })).status).toBe(400);
    expect(await show(made)).toMatchObject({ uses: 0 });
    expect((await register(made.token)).status).toBe(201);
  });

  it('refuses every other token with the same answer', async () => {
    const revoked = await make();
    await asOperator(server, 'DELETE', `/initial-access-tokens/${revoked.id}`);
    const expired = await make({ expires_in: '1s' });
    await new Promise((done) => setTimeout(done, 1_200));
    const made = await make();
    const wrong = ['gh_iat_' + randomBytes(32).toString('base64url'), made.id, `${made.token}x`];
    for (const token of [...wrong, revoked.token, expired.token, await adminToken(server)]) {
      const refused = await register(token);
      expect(refusalOf(refused)).toEqual([401, 'invalid_token']);
      expect(refused.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    }
    expect((await register(made.token)).status).toBe(201);
  });

  it('leaves what was registered with it when it is revoked', async () => {
    const made = await make({ max_uses: 2 });
    const client = clientOf(await register(made.token));
    await asOperator(server, 'DELETE', `/initial-access-tokens/${made.id}`);
    expect((await register(made.token)).status).toBe(401);
    expect((await connect(server, { client, jar })).tokens.access_token).toEqual(expect.any(String));
  });
});

describe('What a token brings', () => {
  it('is quarantine unless it says approved, and who vouched is kept', async () => {
    const plain = clientOf(await register((await make()).token));
    expect(await stored(plain)).toMatchObject({ trust_state: 'quarantined' });
    const made = await make({ trust_state: 'approved' });
    const client = clientOf(await register(made.token));
    expect(await stored(client)).toMatchObject({
      trust_state: 'approved',
      vouched_by: `initial access token ${made.id}`,
    });
    const ask = { jar, scope: 'admin:users:read', resource: `${server.url}/admin` };
    expect(await attemptAuthorize(server, plain, ask)).toMatchObject({ error: 'invalid_scope' });
    expect(await attemptAuthorize(server, client, ask)).toHaveProperty('code');
    const [event] = await events(server, { type: 'client.registered', client_id: client.clientId });
    expect(event?.details).toMatchObject({
      vouched_by: `initial access token ${made.id}`,
      trust_state: 'approved',
    });
  });

  it('may be a ceiling, which the client cannot ask above', async () => {
    const { token } = await make({ scopes: ['mcp:tools:read', 'admin:users:read'] });
    const client = clientOf(await register(token));
    expect(await stored(client)).toMatchObject({ allowed_scopes: ['mcp:tools:read', 'admin:users:read'] });
    const ask = (scope: string, resource: string) =>
      attemptAuthorize(server, client, { jar, scope, resource });
    expect(await ask('mcp:tools:read', `${server.url}/mcp`)).toHaveProperty('code');
    expect(await ask('mcp:tools:execute', `${server.url}/mcp`)).toMatchObject({ error: 'invalid_scope' });
    // A ceiling with an admin scope in it does not approve.
    expect(await ask('admin:users:read', `${server.url}/admin`)).toMatchObject({ error: 'invalid_scope' });
  });
});

describe('The tokens themselves', () => {
  it('are shown once, and kept as digests', async () => {
    const made = await make({ note: 'For the CI' });
    expect(made.token).toMatch(/^gh_iat_[\w-]{43}$/);
    const listed = await asOperator(server, 'GET', '/initial-access-tokens?limit=200');
    expect(listed.text).not.toContain('gh_iat_');
    expect(await show(made)).toEqual({
      id: made.id,
      note: 'For the CI',
      trust_state: 'quarantined',
      uses: 0,
      max_uses: 1,
      created_at: expect.any(String),
      created_by: 'ops',
      expires_at: expect.any(String),
    });
    await register(made.token);
    expect(server.output()).not.toContain(made.token);
    for (const type of ['registration.token.created', 'client.registered'])
      expect(JSON.stringify(await events(server, { type }))).not.toContain('gh_iat_');
  });

  it.each<[string, object]>([
    ['without a note', { note: undefined }],
    ['good for more than a year', { expires_in: '366d' }],
    ['good for no time', { expires_in: '0s' }],
    ['good for a time nobody can read', { expires_in: 'tomorrow' }],
    ['for no use', { max_uses: 0 }],
    ['for half a use', { max_uses: 0.5 }],
    ['with a trust nobody has', { trust_state: 'suspended' }],
    ['with a scope nobody knows', { scopes: ['root'] }],
    ['with a value chosen beforehand', { token: 'gh_iat_mine' }],
    ['already used', { uses: -5 }],
    ['with a digest', { digest: 'x' }],
  ])('are not made %s', async (_what, over) => {
    const response = await asOperator(server, 'POST', '/initial-access-tokens', {
      json: { note: 'x', ...over },
    });
    expect([response.status, response.json().code]).toEqual([400, 'invalid_request']);
  });

  it('carry no more administration than their maker has', async () => {
    const maker = await adminToken(server, 'admin:clients');
    const json = { note: 'x', scopes: ['admin:users'] };
    const refused = await asOperator(server, 'POST', '/initial-access-tokens', { json, token: maker });
    expect([refused.status, refused.json().code]).toEqual([403, 'forbidden']);
    const given = await asOperator(server, 'POST', '/initial-access-tokens', { json });
    expect(given.status).toBe(201);
  });

  it('are recorded when they are made and when they are revoked', async () => {
    const made = await make();
    const response = await asOperator(server, 'DELETE', `/initial-access-tokens/${made.id}`);
    expect(response.json()).toMatchObject({ id: made.id, revoked_at: expect.any(String) });
    for (const type of ['registration.token.created', 'registration.token.revoked']) {
      const all = await events(server, { type });
      expect(JSON.stringify(all)).toContain(made.id);
    }
    const again = await asOperator(server, 'DELETE', `/initial-access-tokens/${made.id}`);
    expect(again.json()).toEqual(response.json());
    const gone = '0198c0de-0000-7000-8000-000000000000';
    expect((await asOperator(server, 'DELETE', `/initial-access-tokens/${gone}`)).status).toBe(404);
  });
});

describe('Open registration', () => {
  it('honours a token, and does not let a wrong one pass for none', async () => {
    const open = await startServer({ config: { limits: ROOMY } });
    expect((await register(undefined, WEB, open)).status).toBe(201);
    const { token } = await make({ trust_state: 'approved' }, open);
    const { clientId } = clientOf(await register(token, WEB, open));
    expect((await asOperator(open, 'GET', `/clients/${clientId}`)).json()).toMatchObject({
      trust_state: 'approved',
    });
    expect((await register('gh_iat_wrong', WEB, open)).status).toBe(401);
  });
});

describe('Closed registration', () => {
  it('opens for no token, and is not advertised', async () => {
    const closed = await startServer({ config: { limits: ROOMY, policies: { registration: 'closed' } } });
    const { token } = await make({}, closed);
    expect(refusalOf(await register(token, WEB, closed))).toEqual([403, 'access_denied']);
    const metadata = await get(`${closed.base}/.well-known/oauth-authorization-server`);
    expect(metadata.json()).not.toHaveProperty('registration_endpoint');
  });
});

describeOnPostgres('A token that many use at once', () => {
  it('passes as often as it may, and no more', async () => {
    const once = await make();
    const answers = await atOnce(20, () => register(once.token));
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([count(201), count(401)]).toEqual([1, 19]);
    const five = await make({ max_uses: 5 });
    const more = await atOnce(20, () => register(five.token));
    expect(more.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(await show(five)).toMatchObject({ uses: 5 });
    const rows = await server.sql('SELECT 1 FROM clients WHERE vouched_by LIKE $1', [`%${five.id}%`]);
    expect(rows).toHaveLength(5);
  });
});
