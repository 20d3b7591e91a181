import { beforeAll, describe, expect, it } from '@jest/globals';
import { anotherAdmin, connect, refresh } from '../support/actors.js';
import { get, request } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, atOnce, events, INSIDE, refusalOf, ROOMY, signedIn } from '../oauth/harness.js';
import { adminClient } from '../users/harness.js';
import {
  BULK,
  Directory,
  ENTERPRISE,
  ERROR,
  GROUP,
  PATCH_OP,
  scimAccessToken,
  scimRefusal,
  scimToken,
  USER,
} from './harness.js';

let server: TestServer;
let directory: Directory;

beforeAll(async () => {
  const scim = { body: 20_000, bulkOperations: 10, failed: { points: 15, seconds: 300, blockSeconds: 300 } };
  server = await startServer({
    config: { limits: { ...ROOMY, scim } },
    env: { TRUSTED_PROXIES: '127.0.0.1,::1' },
  });
  directory = await Directory.of(server);
});

/** A caller at an address of its own, so that no test is kept waiting for another. */
let address = 0;
const from = (header: Record<string, string> = {}) => ({
  'x-forwarded-for': `203.0.113.${++address}`,
  ...header,
});
const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
  request(method, `${server.base}/scim/v2${path}`, { headers: from(headers) });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('a token of a directory', () => {
  it('is shown once, kept as a digest, and good until it is revoked', async () => {
    const { id, token } = await scimToken(server, { note: 'Okta', vouches_for_email: ['example.com'] });
    expect(token).toMatch(/^gh_scim_[\w-]{43}$/);
    expect((await ask('GET', '/Users?count=0', bearer(token))).status).toBe(200);
    const list = await asOperator(server, 'GET', '/scim-tokens');
    expect(list.text).not.toContain(token);
    expect(list.json().items.find((each: { id: string }) => each.id === id)).toMatchObject({
      note: 'Okta',
      vouches_for_email: ['example.com'],
      created_by: 'ops',
      last_used_at: expect.any(String),
      last_used_ip: expect.stringMatching(/^203\.0\.113\./),
    });
    expect((await asOperator(server, 'DELETE', `/scim-tokens/${id}`)).json().revoked_at).toEqual(
      expect.any(String),
    );
    const refused = await ask('GET', '/Users?count=0', bearer(token));
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).toContain('error="invalid_token"');
    expect(refused.json()).toEqual({ schemas: [ERROR], detail: expect.any(String), status: '401' });
    const trail = await events(server, { type_prefix: 'scim.token' });
    expect(trail.slice(0, 2).map(({ type }) => type)).toEqual(['scim.token.revoked', 'scim.token.created']);
  });

  it('expires', async () => {
    const { token } = await scimToken(server, { expires_in: '1s' });
    const until = Date.now() + 1_500;
    let status = 200;
    while (status === 200 && Date.now() < until + 3_000)
      status = (await ask('GET', '/Users?count=0', bearer(token))).status;
    expect(status).toBe(401);
    expect(
      (await asOperator(server, 'POST', '/scim-tokens', { json: { note: 'x', expires_in: '9999d' } })).status,
    ).toBe(400);
  });

  it('is made only by an operator who may make administrators', async () => {
    const { tokens } = await connect(server, {
      client: await adminClient(server),
      jar: await signedIn(server),
      scope: 'admin:users',
      resource: `${server.url}/admin`,
    });
    const answer = await asOperator(server, 'POST', '/scim-tokens', {
      json: { note: 'x' },
      token: tokens.access_token,
    });
    expect(answer.status).toBe(403);
  });
});

describe('an access token of this server', () => {
  it('opens the provisioning API when it is for that resource and has the scope', async () => {
    for (const scope of ['scim', 'admin:users', 'scim admin:users:read'])
      expect((await ask('GET', '/Users?count=0', bearer(await scimAccessToken(server, scope)))).status).toBe(
        200,
      );
    const reader = bearer(await scimAccessToken(server, 'admin:users:read'));
    expect((await ask('GET', '/Users?count=0', reader)).status).toBe(200);
    const refused = await ask('DELETE', '/Users/00000000-0000-4000-8000-000000000000', reader);
    expect(refused.status).toBe(403);
    expect(refused.headers['www-authenticate']).toContain('error="insufficient_scope"');
    const adminToken = (await asOperator(server, 'GET', '/users')).status;
    expect(adminToken).toBe(200);
  });

  it('writes with the scope scim, or with all that administrators have, and not with less', async () => {
    const nobody = '/Users/00000000-0000-4000-8000-000000000000';
    const areas = ['clients', 'users', 'grants', 'keys', 'audit', 'settings'].map((area) => `admin:${area}`);
    const everything = [...areas, 'admin:audit:unseal'].join(' ');
    for (const scope of ['scim', everything]) {
      const token = bearer(await scimAccessToken(server, scope));
      expect([scope, (await ask('DELETE', nobody, token)).status]).toEqual([scope, 404]);
    }
    for (const scope of ['admin:users', 'admin:users:read', everything.replace('admin:keys ', '')]) {
      const some = new Directory(server, await scimAccessToken(server, scope));
      const team = { schemas: [GROUP], displayName: 'Not theirs' };
      for (const refused of [
        await some.call('DELETE', nobody, undefined, from()),
        await some.call('POST', '/Users', { schemas: [USER], userName: 'x@example.com' }, from()),
        await some.call('POST', '/Groups', team, from()),
        await some.call('POST', '/Bulk', { schemas: [BULK], Operations: [] }, from()),
      ])
        expect([scope, refused.status]).toEqual([scope, 403]);
      // A search is a way of reading, though it is posted.
      for (const kind of ['Users', 'Groups'])
        expect((await some.call('POST', `/${kind}/.search`, { count: 0 }, from())).status).toBe(200);
    }
  });

  it('of another resource, or none, is refused with a challenge that says where to get one', async () => {
    for (const headers of [
      {},
      bearer('x'),
      bearer(`gh_scim_${'x'.repeat(43)}`),
      { authorization: 'Basic eDp5' },
    ]) {
      const refused = await ask('GET', '/Users', headers);
      expect([refused.status, refused.headers['content-type']]).toEqual([
        401,
        'application/scim+json; charset=utf-8',
      ]);
      expect(refused.headers['www-authenticate']).toContain(
        `resource_metadata="${server.url}/.well-known/oauth-protected-resource/scim"`,
      );
    }
    const { tokens } = await connect(server);
    expect((await ask('GET', '/Users', bearer(tokens.access_token))).status).toBe(401);
    const metadata = await get(`${server.base}/.well-known/oauth-protected-resource/scim`);
    expect(metadata.json()).toMatchObject({ resource: `${server.url}/scim`, scopes_supported: ['scim'] });
  });

  it('is not given to people who are no administrators, nor to clients that nobody approved', async () => {
    const client = await adminClient(server);
    const jar = await signedIn(server);
    const options = { jar, scope: 'scim', resource: `${server.url}/scim` };
    expect((await connect(server, { ...options, client })).tokens.scope).toBe('scim');
    await expect(connect(server, options)).rejects.toThrow(/invalid_scope/);
  });

  it('is not given by way of a client to operators who have less', async () => {
    const { tokens } = await connect(server, {
      client: await adminClient(server),
      jar: await signedIn(server),
      scope: 'admin:clients',
      resource: `${server.url}/admin`,
    });
    const json = {
      name: 'x',
      grant_types: ['client_credentials'],
      auth_method: 'client_secret_basic',
      scopes: ['scim'],
      allowed_scopes: ['scim'],
    };
    const refused = await asOperator(server, 'POST', '/clients', { json, token: tokens.access_token });
    expect(refused.json()).toMatchObject({ status: 403 });
    expect((await asOperator(server, 'POST', '/clients', { json })).status).toBe(201);
  });
});

describe('whoever guesses tokens', () => {
  it('is kept waiting at their address, and nobody else is', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.1', ...bearer('gh_scim_guess') };
    const guess = () => request('GET', `${server.base}/scim/v2/Users`, { headers });
    const answers = await atOnce(15, guess);
    expect(answers.map(({ status }) => status)).toEqual(Array(15).fill(401));
    const refused = await guess();
    expect([refused.status, refused.json().status]).toEqual([429, '429']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await directory.get('/Users?count=0', { 'x-forwarded-for': '198.51.100.1' })).status).toBe(429);
    expect((await directory.get('/Users?count=0', { 'x-forwarded-for': '198.51.100.2' })).status).toBe(200);
  });
});

describe('what the service can do', () => {
  it('is told to everybody', async () => {
    const answer = await ask('GET', '/ServiceProviderConfig');
    expect([answer.status, answer.headers['content-type']]).toEqual([
      200,
      'application/scim+json; charset=utf-8',
    ]);
    expect(answer.json()).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 10, maxPayloadSize: 20_000 },
      filter: { supported: true, maxResults: 200 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      authenticationSchemes: [expect.objectContaining({ type: 'oauthbearertoken' })],
    });
  });

  it('is in the schemas and the kinds of resource', async () => {
    const schemas = (await directory.get('/Schemas')).json();
    expect(schemas.Resources.map(({ id }: { id: string }) => id)).toEqual([USER, GROUP, ENTERPRISE]);
    const user = (await directory.get(`/Schemas/${USER}`)).json();
    const names = user.attributes.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['userName', 'emails', 'active', 'groups']));
    // What is not kept is not offered.
    for (const name of ['password', 'roles', 'x509Certificates']) expect(names).not.toContain(name);
    const types = (await directory.get('/ResourceTypes')).json();
    expect(types.Resources).toMatchObject([
      {
        id: 'User',
        endpoint: '/Users',
        schema: USER,
        schemaExtensions: [{ schema: ENTERPRISE, required: false }],
      },
      { id: 'Group', endpoint: '/Groups', schema: GROUP },
    ]);
    expect((await directory.get('/ResourceTypes/User')).json()).toEqual(types.Resources[0]);
    for (const path of ['/Schemas/urn:x', '/ResourceTypes/Thing'])
      expect((await directory.get(path)).status).toBe(404);
    expect((await directory.get('/Schemas?filter=id%20pr')).status).toBe(403);
    expect((await directory.get('/Me')).status).toBe(501);
    expect((await ask('GET', '/Schemas')).status).toBe(401);
  });
});

describe('a bulk request', () => {
  const bulk = (body: object) => directory.call('POST', '/Bulk', { schemas: [BULK], ...body });
  const user = (bulkId: string, over = {}) => ({
    method: 'POST',
    path: '/Users',
    bulkId,
    data: { schemas: [USER], userName: `${bulkId}@example.com`, ...over },
  });

  it('makes, changes and deletes, in an order in which names are known', async () => {
    const answer = await bulk({
      Operations: [
        {
          method: 'POST',
          path: '/Groups',
          bulkId: 'team',
          data: { schemas: [GROUP], displayName: 'Bulk team', members: [{ value: 'bulkId:uma' }] },
        },
        user('uma'),
        user('ugo'),
        {
          method: 'PATCH',
          path: '/Groups/bulkId:team',
          data: {
            schemas: [PATCH_OP],
            Operations: [{ op: 'add', path: 'members', value: [{ value: 'bulkId:ugo' }] }],
          },
        },
        { method: 'PUT', path: '/Users/bulkId:ugo', data: { userName: 'ugo@example.com', active: false } },
        { method: 'DELETE', path: '/Users/bulkId:uma' },
      ],
    });
    expect(answer.status).toBe(200);
    const { schemas, Operations } = answer.json();
    expect(schemas).toEqual(['urn:ietf:params:scim:api:messages:2.0:BulkResponse']);
    expect(
      Operations.map(({ method, bulkId, status }: Record<string, string>) => [method, bulkId, status]),
    ).toEqual([
      ['POST', 'team', '201'],
      ['POST', 'uma', '201'],
      ['POST', 'ugo', '201'],
      ['PATCH', undefined, '200'],
      ['PUT', undefined, '200'],
      ['DELETE', undefined, '204'],
    ]);
    const [team, , ugo] = Operations as { location: string; version: string }[];
    const path = new URL(team!.location).pathname.replace('/scim/v2', '');
    const [only, ...more] = (await directory.get(path)).json().members;
    expect([only.$ref, more]).toEqual([ugo!.location, []]);
    expect(ugo!.version).toBe('W/"1"');
  });

  it('goes on after what fails, or ends when that is asked for', async () => {
    const wrong = { method: 'POST', path: '/Users', bulkId: 'w', data: { userName: 7 } };
    const operations = [user('vic'), wrong, { ...wrong, bulkId: 'w2' }, user('val')];
    const all = (await bulk({ Operations: operations })).json().Operations;
    expect(all.map(({ status }: { status: string }) => status)).toEqual(['201', '400', '400', '201']);
    expect(all[1].response).toMatchObject({ schemas: [ERROR], scimType: 'invalidValue', status: '400' });
    const again = [user('vic2'), wrong, { ...wrong, bulkId: 'w2' }, user('val2')];
    const some = (await bulk({ failOnErrors: 2, Operations: again })).json().Operations;
    expect(some.map(({ status }: { status: string }) => status)).toEqual(['201', '400', '400']);
  });

  it('says what is wrong with names that lead nowhere or in a circle, and with what it may not', async () => {
    const group = (bulkId: string, value: string) => ({
      method: 'POST',
      path: '/Groups',
      bulkId,
      data: { displayName: `Circle ${bulkId}`, members: [{ value }] },
    });
    const { Operations } = (
      await bulk({
        Operations: [
          group('a', 'bulkId:b'),
          group('b', 'bulkId:a'),
          group('c', 'bulkId:nobody'),
          { method: 'DELETE', path: '/Users/bulkId:nobody' },
          { method: 'DELETE', path: '/Things/1' },
          { method: 'DELETE', path: '/Users/00000000-0000-4000-8000-000000000000', version: 'W/"1"' },
        ],
      })
    ).json();
    expect(Operations.map(({ status }: { status: string }) => status)).toEqual([
      '400',
      '400',
      '400',
      '404',
      '404',
      '404',
    ]);
  });

  it('has limits', async () => {
    const many = Array.from({ length: 11 }, (_, index) => user(`m${index}`));
    expect((await bulk({ Operations: many })).status).toBe(413);
    const large = await bulk({ Operations: [user('large', { title: 'x'.repeat(30_000) })] });
    expect([large.status, large.json().schemas]).toEqual([413, [ERROR]]);
    for (const body of [
      {},
      { Operations: {} },
      { Operations: [{ method: 'GET', path: '/Users' }] },
      { Operations: [{ method: 'POST', path: '/Users/x', bulkId: 'x' }] },
      { Operations: [{ method: 'POST', path: '/Users', data: {} }] },
      { Operations: [user('same'), user('same')] },
      { failOnErrors: 0, Operations: [user('x')] },
      { Operations: [null] },
    ])
      expect((await bulk(body)).status).toBe(400);
  });
});

describe('a person whom a directory switches off', () => {
  it('is out of everything at once: sessions, codes, access and refresh tokens', async () => {
    const [id] = await directory.found('Users', { filter: 'userName eq "admin@example.com"' });
    const jar = await signedIn(server);
    const { client, tokens } = await connect(server, { jar });
    const administration = await connect(server, {
      client: await adminClient(server),
      jar,
      scope: 'admin:users:read',
      resource: `${server.url}/admin`,
    });
    await anotherAdmin(server);
    const off = await directory.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false });
    expect([off.status, off.json().active]).toEqual([200, false]);
    const call = request('POST', `${server.base}/mcp`, { headers: bearer(tokens.access_token), json: {} });
    expect((await call).status).toBe(401);
    const admin = await request('GET', `${server.base}/admin/v1/users`, {
      headers: bearer(administration.tokens.access_token),
    });
    expect(admin.status).toBe(401);
    expect(refusalOf(await refresh(server, client, tokens.refresh_token!))).toEqual([400, 'invalid_grant']);
    expect((await get(`${server.base}/account`, { cookies: jar })).location?.pathname).toBe('/login');
    await expect(signedIn(server)).rejects.toThrow();
    const trail = await events(server, { user_id: id! });
    expect(trail.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['user.account.disabled', 'revocation.applied']),
    );
    // Let in again, they sign in again; what was ended stays ended.
    expect(
      (await directory.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'True' })).json().active,
    ).toBe(true);
    await signedIn(server);
    expect(refusalOf(await refresh(server, client, tokens.refresh_token!))).toEqual([400, 'invalid_grant']);
  });
});

describe('no answer', () => {
  it('shows what is inside, whatever is sent', async () => {
    const bodies = [
      '{',
      '[]',
      '"x"',
      'null',
      '{"schemas":1}',
      '{"Operations":[null]}',
      '{"__proto__":{"x":1}}',
    ];
    for (const method of ['POST', 'PUT', 'PATCH'])
      for (const path of [
        '/Users',
        '/Users/.search',
        '/Groups/00000000-0000-4000-8000-000000000000',
        '/Bulk',
      ])
        for (const body of bodies) {
          const answer = await directory.call(method, path, body);
          expect([method, path, body, answer.status < 500]).toEqual([method, path, body, true]);
          expect(answer.text).not.toMatch(INSIDE);
        }
    expect(scimRefusal(await directory.call('POST', '/Users', `${'['.repeat(50)}${']'.repeat(50)}`))[0]).toBe(
      400,
    );
  });
});
