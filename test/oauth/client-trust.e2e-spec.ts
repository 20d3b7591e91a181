import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  adminCall,
  attemptAuthorize,
  authorize,
  connect,
  refresh,
  registerClient,
  type TestClient,
} from '../support/actors.js';
import { post, request, type CookieJar, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { HeldKey } from '../support/proofs.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, events, mcpStatus, refusalOf, ROOMY, signedIn } from './harness.js';

type Json = Record<string, unknown>;

const registrationRules = [
  { match: { softwareIds: ['banned'] }, trust: 'refused' },
  {
    match: { kinds: ['dcr'], redirectHosts: ['*.corp.test'] },
    trust: 'approved',
    scopes: ['mcp:tools:read', 'admin:users:read'],
  },
  { match: { redirectHosts: ['one.test', 'two.test'] }, trust: 'approved', redirects: 'same-host' },
  { match: { softwareIds: ['serious'] }, trust: 'quarantined', redirects: 'https' },
];
const config = { limits: ROOMY, policies: { registrationRules } };

let server: TestServer;
let jar: CookieJar;

beforeAll(async () => {
  server = await startServer({ config });
  jar = await signedIn(server);
});

const WEB = { client_name: 'App', redirect_uris: ['https://c.test/cb'], token_endpoint_auth_method: 'none' };
const register = (over: Json = {}): Promise<HttpResponse> =>
  post(`${server.base}/oauth2/register`, { json: { ...WEB, ...over } });
const registered = (over: Json = {}): Promise<TestClient> => registerClient(server, { ...WEB, ...over });

/** The client replaces its registration. */
const put = ({ clientId, registration }: TestClient, over: Json): Promise<HttpResponse> =>
  request('PUT', registration['registration_client_uri'] as string, {
    json: { ...WEB, client_id: clientId, ...over },
    headers: { authorization: `Bearer ${registration['registration_access_token'] as string}` },
  });

const stored = async ({ clientId }: TestClient): Promise<Json> =>
  (await asOperator(server, 'GET', `/clients/${clientId}`)).json<Json>();
const decide = (client: TestClient, what: 'approve' | 'suspend' | 'unsuspend') =>
  asOperator(server, 'POST', `/clients/${client.clientId}/${what}`);
const administering = () => ({ jar, scope: 'admin:users:read', resource: `${server.url}/admin` });

describe('A rule about registrations', () => {
  it('approves the applications of a domain, up to a ceiling', async () => {
    const client = await registered({ redirect_uris: ['https://app.corp.test/cb'] });
    expect(await stored(client)).toMatchObject({
      trust_state: 'approved',
      allowed_scopes: ['mcp:tools:read', 'admin:users:read'],
    });
    expect(await attemptAuthorize(server, client, administering())).toHaveProperty('code');
    for (const scope of ['mcp:tools:execute', 'openid'])
      expect(await attemptAuthorize(server, client, { jar, scope })).toMatchObject({
        error: 'invalid_scope',
      });
  });

  it.each([
    ['a domain that ends alike', ['https://evilcorp.test/cb']],
    ['the domain as a sub-domain of another', ['https://app.corp.test.evil.test/cb']],
    ['one redirect URI elsewhere', ['https://app.corp.test/cb', 'https://evil.test/cb']],
    ['loopback beside it', ['https://app.corp.test/cb', 'http://127.0.0.1/cb']],
  ])('is not about %s', async (_what, redirect_uris) => {
    const seen = await stored(await registered({ redirect_uris }));
    expect(seen['trust_state']).toBe('quarantined');
    expect(seen).not.toHaveProperty('allowed_scopes');
  });

  it.each<[string, Json, [number, string]]>([
    ['refuses whom it names', { software_id: 'banned' }, [403, 'access_denied']],
    [
      'refuses whom it names, whatever else would be approved',
      { software_id: 'banned', redirect_uris: ['https://app.corp.test/cb'] },
      [403, 'access_denied'],
    ],
    [
      'wants redirect URIs at one host',
      { redirect_uris: ['https://one.test/cb', 'https://two.test/cb'] },
      [400, 'invalid_redirect_uri'],
    ],
    [
      'wants https where it says so',
      { software_id: 'serious', redirect_uris: ['https://c.test/cb', 'http://localhost/cb'] },
      [400, 'invalid_redirect_uri'],
    ],
    [
      'wants no scheme of an app where it wants https',
      { software_id: 'serious', redirect_uris: ['cursor://anysphere.cursor-mcp/oauth/callback'] },
      [400, 'invalid_redirect_uri'],
    ],
  ])('%s', async (_what, over, refusal) => {
    const response = await register(over);
    expect(refusalOf(response)).toEqual(refusal);
    expect(response.text).not.toMatch(/corp\.test|banned|serious/);
    expect(
      (await register({ ...over, software_id: 'other', redirect_uris: ['https://one.test/cb'] })).status,
    ).toBe(201);
  });

  it('decides again about a client that moves', async () => {
    const client = await registered({ redirect_uris: ['https://app.corp.test/cb'] });
    expect((await put(client, { redirect_uris: ['https://new.corp.test/cb'] })).status).toBe(200);
    expect((await stored(client))['trust_state']).toBe('approved');
    const refused = await put(client, { software_id: 'banned', redirect_uris: ['https://b.corp.test/cb'] });
    expect(refusalOf(refused)).toEqual([403, 'access_denied']);
    expect((await stored(client))['redirect_uris']).toEqual(['https://new.corp.test/cb']);
    expect((await put(client, {})).status).toBe(200);
    expect((await stored(client))['trust_state']).toBe('quarantined');
    // And never upwards: somebody has to look.
    expect((await put(client, { redirect_uris: ['https://app.corp.test/cb'] })).status).toBe(200);
    expect((await stored(client))['trust_state']).toBe('quarantined');
  });
});

describe('Trust', () => {
  it('lifts what a client may ask for at once, and takes it away at once', async () => {
    const client = await registered();
    const may = async () => 'code' in (await attemptAuthorize(server, client, administering()));
    expect(await may()).toBe(false);
    expect('code' in (await attemptAuthorize(server, client, { jar, scope: 'mcp:tools:execute' }))).toBe(
      true,
    );
    await decide(client, 'approve');
    expect(await may()).toBe(true);
    await decide(client, 'suspend');
    expect((await attemptAuthorize(server, client, { jar })) as object).toMatchObject({
      error: undefined,
      response: { status: 400 },
    });
    await decide(client, 'unsuspend');
    expect(await may()).toBe(false);
    expect('code' in (await attemptAuthorize(server, client, { jar }))).toBe(true);
  });

  it('that is lost takes administration out of what was granted, with the next token', async () => {
    const client = await registered();
    await decide(client, 'approve');
    const { tokens } = await connect(server, { client, ...administering() });
    const read = () => adminCall(server, 'GET', '/users', { token: tokens.access_token });
    expect((await read()).status).toBe(200);
    await put(client, { redirect_uris: ['https://c.test/cb', 'https://c.test/other'] });
    expect((await stored(client))['trust_state']).toBe('quarantined');
    const refreshed = await refresh(server, client, tokens.refresh_token!);
    expect(refreshed.status).toBe(400);
  });

  it('that ends ends everything that was granted, and does not bring it back', async () => {
    const client = await registered();
    const { tokens } = await connect(server, { client, jar });
    await decide(client, 'suspend');
    expect(await mcpStatus(server, tokens.access_token)).toBe(401);
    const dead = () => refresh(server, client, tokens.refresh_token!);
    expect(refusalOf(await dead())).toEqual([401, 'invalid_client']);
    await decide(client, 'unsuspend');
    expect(await mcpStatus(server, tokens.access_token)).toBe(401);
    expect(refusalOf(await dead())).toEqual([400, 'invalid_grant']);
    expect((await authorize(server, client, { jar })).pages).toEqual(['/consent']);
  });

  it('comes back in quarantine for a client that made itself, and whole for one that somebody made', async () => {
    const self = await registered();
    const made = await asOperator(server, 'POST', '/clients', {
      json: { name: 'Made', redirect_uris: ['https://c.test/cb'], auth_method: 'none' },
    });
    for (const [clientId, state] of [
      [self.clientId, 'quarantined'],
      [made.json<{ id: string }>().id, 'approved'],
    ] as const) {
      const client = { ...self, clientId };
      await decide(client, 'approve');
      await decide(client, 'suspend');
      await decide(client, 'unsuspend');
      const seen = await stored(client);
      expect(seen['trust_state']).toBe(state);
      expect(seen).not.toHaveProperty('suspended_at');
      const told = await events(server, { client_id: clientId });
      expect(told.map(({ type }) => type)).toEqual(
        expect.arrayContaining(['client.registered', 'client.suspended', 'client.reinstated']),
      );
    }
  });
});

describe('The keys of a client', () => {
  const keyed = (...keys: HeldKey[]) => ({
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: keys.map(({ published }) => published) },
  });
  const [first, second, third] = [new HeldKey(), new HeldKey('RS256'), new HeldKey()];

  it('are what people and admins relied on: others have to be allowed anew', async () => {
    const client = await registered(keyed(first, second));
    const asked = async () => (await authorize(server, client, { jar })).pages;
    expect(await asked()).toEqual(['/consent']);
    expect(await asked()).toEqual([]);
    await decide(client, 'approve');

    const rewritten = keyed(second, first);
    rewritten.jwks.keys[0] = { ...rewritten.jwks.keys[0], kid: 'renamed', alg: 'RS256' };
    expect((await put(client, rewritten)).status).toBe(200);
    expect(await asked()).toEqual([]);
    expect((await stored(client))['trust_state']).toBe('approved');

    expect((await put(client, keyed(first, third))).status).toBe(200);
    expect((await stored(client))['trust_state']).toBe('quarantined');
    expect(await asked()).toEqual(['/consent']);
    expect(await asked()).toEqual([]);
    const [change] = await events(server, { type: 'client.changed', client_id: client.clientId });
    expect(change?.details).toMatchObject({
      changes: {
        jwks: { before: ['renamed', first.kid], after: [first.kid, third.kid] },
        trust_state: { before: 'approved', after: 'quarantined' },
      },
    });
  });
});

describeOnPostgres('A decision at one replica', () => {
  it('bites at the other before it has looked: no token after the answer', async () => {
    const other = await startServer({
      config,
      database: server.databaseUrl!,
      env: { PUBLIC_URL: server.url },
    });
    for (let round = 0; round < 5; round++) {
      const client = await registered();
      const { tokens } = await connect(server, { client, jar });
      // The other replica has it in its memory.
      const before = await refresh(other, client, tokens.refresh_token!);
      expect(before.status).toBe(200);
      await decide(client, 'suspend');
      const next = before.json<{ refresh_token: string }>().refresh_token;
      expect((await refresh(other, client, next)).status).toBeGreaterThanOrEqual(400);
      const code = await attemptAuthorize(other, client, { jar });
      expect(code).not.toHaveProperty('code');
    }
  });
});
