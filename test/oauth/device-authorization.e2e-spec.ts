import { beforeAll, describe, expect, it } from '@jest/globals';
import { registerClient, tokenRequest, type TestClient } from '../support/actors.js';
import { get, post, request } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { askAsDevice, deviceClient, DEVICE_CODE, poll, ROOMY_DEVICES, start } from './device-harness.js';
import { asOperator, events, INSIDE, refusalOf, ROOMY } from './harness.js';

let server: TestServer;
/** Behind a proxy, with limits that each client reaches for itself, and open to devices that nobody made here. */
let tight: TestServer;
let client: TestClient;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY_DEVICES } });
  const failed = { points: 3, seconds: 60, blockSeconds: 60 };
  tight = await startServer({
    env: { TRUSTED_PROXIES: '127.0.0.1,::1' },
    config: {
      limits: {
        ...ROOMY,
        token: { ...ROOMY.token, failed },
        deviceAuthorization: { points: 3, seconds: 60 },
      },
      policies: { clients: { device_registration: true } },
    },
  });
  client = await deviceClient(server);
});

describe('the metadata', () => {
  it('names the endpoint and the grant type', async () => {
    const metadata = (await get(`${server.base}/.well-known/oauth-authorization-server`)).json();
    expect(metadata.device_authorization_endpoint).toBe(`${server.url}/oauth2/device_authorization`);
    expect(metadata.grant_types_supported).toContain(DEVICE_CODE);
  });
});

describe('a device that asks', () => {
  it('gets a secret for itself and a short code for a person, and is told where and how often', async () => {
    const response = await askAsDevice(server, client, { scope: 'mcp:tools:read' });
    expect(response.status).toBe(200);
    expect(response.headers['cache-control']).toBe('no-store');
    const { device_code, user_code, ...rest } = response.json();
    expect(device_code).toMatch(/^gh_dc_[A-Za-z0-9_-]{43}$/);
    expect(user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    expect(rest).toEqual({
      verification_uri: `${server.url}/device`,
      verification_uri_complete: `${server.url}/device?user_code=${user_code}`,
      expires_in: 600,
      interval: 5,
    });
  });

  it('gets other codes each time', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => start(server, client)));
    expect(new Set(all.map(({ device_code }) => device_code)).size).toBe(20);
    expect(new Set(all.map(({ user_code }) => user_code)).size).toBe(20);
  });

  it('may ask for nothing in particular, and for several spellings of one resource', async () => {
    expect((await askAsDevice(server, client)).status).toBe(200);
    const resource = [`${server.url}/mcp`, `${server.url}/mcp/`];
    expect((await askAsDevice(server, client, { resource })).status).toBe(200);
  });

  it('is in the audit trail, without its codes', async () => {
    const own = await deviceClient(server);
    const { device_code, user_code } = await start(server, own);
    const [event] = await events(server, { type: 'device.authorization.started', client_id: own.clientId });
    expect(event).toMatchObject({
      actor: { type: 'client', id: own.clientId },
      details: { grant_type: DEVICE_CODE },
    });
    for (const secret of [device_code, user_code, user_code.replace('-', '')])
      expect(JSON.stringify(event)).not.toContain(secret);
    expect(server.output()).not.toContain(device_code);
    expect(server.output()).not.toContain(user_code);
  });
});

describe('a device is refused', () => {
  const refusals: Record<string, [Record<string, string | string[]>, string]> = {
    'for a scope nobody knows': [{ scope: 'no:such:scope' }, 'invalid_scope'],
    'for a malformed scope': [{ scope: 'a"b' }, 'invalid_scope'],
    'for a resource nobody knows': [{ resource: 'https://elsewhere.example/mcp' }, 'invalid_target'],
    'for two resources': [{ resource: ['http://a.example', 'http://b.example'] }, 'invalid_target'],
    'for a repeated scope': [{ scope: ['mcp:tools:read', 'mcp:tools:execute'] }, 'invalid_request'],
    'for a NUL character': [{ scope: 'mcp:tools:read', x: 'a\0b' }, 'invalid_request'],
  };
  it.each(Object.entries(refusals))('%s', async (_why, [form, error]) => {
    const response = await askAsDevice(server, client, form);
    expect(refusalOf(response)).toEqual([400, error]);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.text).not.toMatch(INSIDE);
  });

  it('without an id, with one nobody knows, and with a secret that is wrong or missing', async () => {
    const web = await deviceClient(server, { auth_method: 'client_secret_basic' });
    const nobody: TestClient = { ...client, clientId: 'nobody' };
    const noSecret: TestClient = {
      clientId: web.clientId,
      authMethod: 'none',
      redirectUri: '',
      registration: {},
    };
    expect(refusalOf(await post(`${server.base}/oauth2/device_authorization`, { form: {} }))).toEqual([
      401,
      'invalid_client',
    ]);
    for (const wrong of [nobody, noSecret, { ...web, clientSecret: 'wrong' }])
      expect(refusalOf(await askAsDevice(server, wrong))).toEqual([401, 'invalid_client']);
    expect((await askAsDevice(server, web)).status).toBe(200);
  });

  it('as a client that was not made for it, suspended or deleted', async () => {
    const other = await registerClient(server);
    expect(refusalOf(await askAsDevice(server, other))).toEqual([400, 'unauthorized_client']);
    const poll = await tokenRequest(server, other, { grant_type: DEVICE_CODE, device_code: 'x' });
    expect(refusalOf(poll)).toEqual([400, 'unauthorized_client']);
    for (const end of [
      (id: string) => asOperator(server, 'POST', `/clients/${id}/suspend`),
      (id: string) => asOperator(server, 'DELETE', `/clients/${id}`),
    ]) {
      const own = await deviceClient(server);
      await start(server, own);
      expect((await end(own.clientId)).status).toBe(200);
      expect(refusalOf(await askAsDevice(server, own))).toEqual([401, 'invalid_client']);
    }
  });

  it('for more than its ceiling', async () => {
    const low = await deviceClient(server, { allowed_scopes: ['mcp:tools:read'] });
    expect((await askAsDevice(server, low, { scope: 'mcp:tools:read' })).status).toBe(200);
    const above = await askAsDevice(server, low, { scope: 'mcp:tools:execute' });
    expect(refusalOf(above)).toEqual([400, 'invalid_scope']);
  });

  it('as JSON, in the query and with GET', async () => {
    const url = `${server.base}/oauth2/device_authorization`;
    expect(refusalOf(await post(url, { json: { client_id: client.clientId } }))).toEqual([
      400,
      'invalid_request',
    ]);
    expect(refusalOf(await post(`${url}?client_id=${client.clientId}`, { form: {} }))).toEqual([
      401,
      'invalid_client',
    ]);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await request(method, `${url}?client_id=${client.clientId}`);
      expect([method, [404, 405].includes(answer.status)]).toEqual([method, true]);
    }
  });
});

describe('a client that registers itself', () => {
  const metadata = {
    client_name: 'Self made',
    redirect_uris: ['https://app.example/cb'],
    grant_types: ['authorization_code', DEVICE_CODE],
  };

  it('is not given the device grant', async () => {
    const made = await registerClient(server, metadata);
    expect(made.registration['grant_types']).toEqual(['authorization_code']);
    expect(refusalOf(await askAsDevice(server, made))).toEqual([400, 'unauthorized_client']);
    const only = await post(`${server.base}/oauth2/register`, {
      json: { ...metadata, grant_types: [DEVICE_CODE], redirect_uris: [] },
    });
    expect(refusalOf(only)).toEqual([400, 'invalid_client_metadata']);
  });

  it('is given it where policy says so', async () => {
    const made = await registerClient(tight, {
      ...metadata,
      grant_types: [DEVICE_CODE, 'refresh_token'],
      redirect_uris: [],
      token_endpoint_auth_method: 'none',
    });
    expect(made.registration['grant_types']).toEqual([DEVICE_CODE, 'refresh_token']);
    expect((await askAsDevice(tight, made, { scope: 'mcp:tools:read' })).status).toBe(200);
    expect(refusalOf(await askAsDevice(tight, made, { scope: 'admin:users' }))).toEqual([
      400,
      'invalid_scope',
    ]);
  });
});

describe('asking too often', () => {
  it('is stopped per client and address, and only there', async () => {
    const [one, two] = [await deviceClient(tight), await deviceClient(tight)];
    const ask = (who: TestClient, address: string) =>
      askAsDevice(tight, who, {}, { headers: { 'x-forwarded-for': address } });
    for (let index = 0; index < 3; index++) expect((await ask(one, '203.0.113.1')).status).toBe(200);
    const stopped = await ask(one, '203.0.113.1');
    expect(refusalOf(stopped)).toEqual([429, 'temporarily_unavailable']);
    expect(Number(stopped.headers['retry-after'])).toBeGreaterThan(0);
    // The left end of the list is the client's own word.
    expect((await ask(one, '198.51.100.9, 203.0.113.1')).status).toBe(429);
    expect((await ask(one, '203.0.113.2')).status).toBe(200);
    expect((await ask(two, '203.0.113.1')).status).toBe(200);
  });

  it('with wrong secrets counts as it does at the token endpoint', async () => {
    const web = await deviceClient(tight, { auth_method: 'client_secret_basic' });
    const wrong = { ...web, clientSecret: 'wrong' };
    for (let index = 0; index < 3; index++) expect((await askAsDevice(tight, wrong)).status).toBe(401);
    expect((await askAsDevice(tight, web)).status).toBe(429);
    expect((await tokenRequest(tight, web, { grant_type: DEVICE_CODE, device_code: 'x' })).status).toBe(429);
  });

  it('for its tokens is no failure', async () => {
    const device = await start(tight, await deviceClient(tight));
    const errors = [];
    for (let index = 0; index < 8; index++) errors.push(refusalOf(await poll(tight, device))[1]);
    expect(errors).toEqual(['authorization_pending', ...Array<string>(7).fill('slow_down')]);
    // The control: what fails is counted.
    for (let index = 0; index < 3; index++)
      expect(refusalOf(await poll(tight, { ...device, device_code: 'gh_dc_guess' }))).toEqual([
        400,
        'invalid_grant',
      ]);
    expect((await poll(tight, device)).status).toBe(429);
  });
});
