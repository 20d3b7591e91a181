import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  adminCall,
  adminToken,
  connect,
  opsClient,
  registerClient,
  tokenRequest,
  tokensOf,
} from '../support/actors.js';
import { OPS_CLIENT_SECRET, startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let token: string;

beforeAll(async () => {
  server = await startServer();
  token = await adminToken(server);
});

const create = (json: unknown, as = token) => adminCall(server, 'POST', '/clients', { token: as, json });
const list = async (): Promise<{ id: string }[]> =>
  (await adminCall(server, 'GET', '/clients?limit=200', { token })).json().items;

describe('POST /clients', () => {
  it('registers a confidential client whose secret works and is answered once', async () => {
    const created = await create({
      name: 'Robot',
      grant_types: ['client_credentials'],
      scopes: ['admin:audit:read'],
      auth_method: 'client_secret_post',
    });
    expect(created.status).toBe(201);
    const { client_secret: secret, ...client } = created.json();
    expect(client).toEqual({
      id: expect.any(String),
      name: 'Robot',
      registration: 'admin',
      trust_state: 'approved',
      auth_method: 'client_secret_post',
      application_type: 'web',
      redirect_uris: [],
      grant_types: ['client_credentials'],
      scopes: ['admin:audit:read'],
      skip_consent: false,
      require_par: false,
      dpop_bound: false,
      post_logout_redirect_uris: [],
      backchannel_logout_session_required: false,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    expect(created.headers['location']).toBe(`${server.url}/admin/v1/clients/${client.id}`);
    const robot = {
      ...opsClient(),
      authMethod: 'client_secret_post',
      clientId: client.id,
      clientSecret: secret,
    };
    const tokens = tokensOf(
      await tokenRequest(server, robot, {
        grant_type: 'client_credentials',
        resource: `${server.url}/admin`,
      }),
    );
    expect(tokens.scope).toBe('admin:audit:read');
    expect((await adminCall(server, 'GET', `/clients/${client.id}`, { token })).json()).toEqual({
      ...client,
      last_used_at: expect.any(String),
    });
  });

  it('registers a public client without a secret, which people can connect at once', async () => {
    const redirect = 'http://127.0.0.1:41777/callback';
    const created = await create({
      name: 'Desktop',
      redirect_uris: [redirect],
      auth_method: 'none',
      client_uri: 'https://desktop.test/',
    });
    expect(created.status).toBe(201);
    expect(created.json()).toMatchObject({
      auth_method: 'none',
      application_type: 'native',
      redirect_uris: [redirect],
      client_uri: 'https://desktop.test/',
    });
    expect(created.json()).not.toHaveProperty('client_secret');
    const client = {
      clientId: created.json().id as string,
      authMethod: 'none',
      redirectUri: redirect,
      registration: {},
    };
    expect((await connect(server, { client })).tokens.access_token).toEqual(expect.any(String));
  });

  it.each([
    ['no name', {}],
    ['an empty name', { name: '' }],
    ['a name with control characters', { name: 'a\u001b[2Jb' }],
    ['a name that is not text', { name: { $ne: 1 } }],
    ['redirect URIs that are not a list', { name: 'x', redirect_uris: 'https://c.test/cb' }],
    ['redirect URIs with a dangerous scheme', { name: 'x', redirect_uris: ['javascript:alert(1)'] }],
    ['redirect URIs with a wildcard', { name: 'x', redirect_uris: ['https://*.c.test/cb'] }],
    ['a browser client without redirect URIs', { name: 'x' }],
    ['an unknown grant type', { name: 'x', grant_types: ['implicit'] }],
    ['no grant type', { name: 'x', grant_types: [] }],
    ['an unknown authentication method', { name: 'x', auth_method: 'client_secret_jwt' }],
    [
      'client_credentials without a secret',
      { name: 'x', grant_types: ['client_credentials'], auth_method: 'none' },
    ],
    ['an unknown scope', { name: 'x', redirect_uris: ['https://c.test/cb'], scopes: ['root'] }],
    ['scopes as one text', { name: 'x', redirect_uris: ['https://c.test/cb'], scopes: 'openid profile' }],
    [
      'skip_consent that is not a boolean',
      { name: 'x', redirect_uris: ['https://c.test/cb'], skip_consent: 'true' },
    ],
    ['null', { name: 'x', redirect_uris: null }],
  ])('refuses %s with 400, and registers nothing', async (_what, json) => {
    const before = await list();
    const response = await create(json);
    expect([response.status, response.headers['content-type'], response.json().code]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
      'invalid_request',
    ]);
    expect(await list()).toEqual(before);
  });

  it.each([
    'id',
    'client_id',
    'secret',
    'client_secret',
    'secret_digest',
    'registration',
    'trust_state',
    'created_at',
    'suspended_at',
    'last_used_at',
    'system',
    'roles',
    'grants',
    'is_admin',
  ])('refuses to let the caller set %s', async (member) => {
    const response = await create({
      name: 'x',
      redirect_uris: ['https://c.test/cb'],
      [member]: { id: 'chosen' },
    });
    expect([response.status, response.json().errors]).toEqual([
      400,
      [{ field: member, message: 'is not known here' }],
    ]);
  });

  it('is not led astray by members of every object', async () => {
    const body =
      '{"name":"x","redirect_uris":["https://c.test/cb"],"__proto__":{"trust_state":"suspended","skip_consent":true}}';
    const response = await adminCall(server, 'POST', '/clients', {
      token,
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect([201, 400]).toContain(response.status);
    if (response.status === 201)
      expect(response.json()).toMatchObject({ trust_state: 'approved', skip_consent: false });
  });

  it('hands out no more administration than its caller has', async () => {
    const clientsOnly = await adminToken(server, 'admin:clients');
    for (const member of ['scopes', 'allowed_scopes']) {
      const refused = await create(
        { name: 'x', grant_types: ['client_credentials'], [member]: ['admin:users'] },
        clientsOnly,
      );
      expect([member, refused.status, refused.json().code]).toEqual([member, 403, 'forbidden']);
    }
    const allowed = await create(
      { name: 'x', grant_types: ['client_credentials'], scopes: ['admin:clients:read'] },
      clientsOnly,
    );
    expect(allowed.status).toBe(201);
  });

  it('makes a ceiling that the client cannot ask above', async () => {
    const { id, client_secret } = (
      await create({
        name: 'x',
        grant_types: ['client_credentials'],
        scopes: ['admin:audit:read'],
        allowed_scopes: ['admin:audit'],
      })
    ).json();
    const ask = async (scope: string) =>
      (
        await tokenRequest(
          server,
          { ...opsClient(), clientId: id, clientSecret: client_secret },
          { grant_type: 'client_credentials', scope, resource: `${server.url}/admin` },
        )
      ).status;
    expect([await ask('admin:audit'), await ask('admin:users:read')]).toEqual([200, 400]);
  });
});

describe('secrets', () => {
  it('are in no answer after the one that made them, and in no log', async () => {
    const made = (await create({ name: 'Robot', grant_types: ['client_credentials'] })).json();
    const self = await registerClient(server, { token_endpoint_auth_method: 'client_secret_basic' });
    const { tokens } = await connect(server, { scope: 'mcp:tools:read offline_access' });
    const paths = [
      '/clients?limit=200',
      `/clients/${made.id}`,
      `/clients/${self.clientId}`,
      '/grants?limit=200',
      '/sessions?limit=200',
      '/tokens?limit=200',
      '/users?limit=200',
      '/audit/events?limit=200',
    ];
    const seen = (await Promise.all(paths.map((path) => adminCall(server, 'GET', path, { token }))))
      .map(({ text }) => text)
      .join('\n');
    for (const secret of [
      made.client_secret,
      self.clientSecret!,
      OPS_CLIENT_SECRET,
      tokens.access_token,
      tokens.refresh_token!,
      token,
    ]) {
      expect(seen).not.toContain(secret);
      expect(server.output()).not.toContain(secret);
    }
    expect(seen).not.toMatch(/secret_digest|password_hash|"digest"|\$argon2/);
  });

  it('are not repeated when a request that has one is refused', async () => {
    const refused = await create({
      name: 'x',
      client_secret: 'my-own-secret-value',
      redirect_uris: ['https://c.test/cb'],
    });
    expect(refused.status).toBe(400);
    expect(refused.text).not.toContain('my-own-secret-value');
  });
});

describe('a client that registered itself', () => {
  it('waits in quarantine until it is approved', async () => {
    const client = await registerClient(server, { client_name: 'Newcomer' });
    const listed = async (state: string) =>
      (await adminCall(server, 'GET', `/clients?trust_state=${state}&limit=200`, { token }))
        .json()
        .items.map((item: { id: string }) => item.id);
    expect(await listed('quarantined')).toContain(client.clientId);
    const approved = await adminCall(server, 'POST', `/clients/${client.clientId}/approve`, {
      token,
      json: { reason: 'known' },
    });
    expect([approved.status, approved.json().trust_state]).toEqual([200, 'approved']);
    expect(await listed('approved')).toContain(client.clientId);
    expect((await adminCall(server, 'POST', `/clients/${client.clientId}/approve`, { token })).status).toBe(
      200,
    );
  });
});
