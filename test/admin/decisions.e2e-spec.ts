import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken, connect, registerClient, tokenRequest } from '../support/actors.js';
import { request, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { mismatches, openApi, type OpenApi } from './routes.js';

let server: TestServer;
let token: string;
let document: OpenApi;

beforeAll(async () => {
  server = await startServer({ config: { lifetimes: { adminSignIn: '2s' } } });
  token = await adminToken(server);
  document = await openApi(server);
});

const send = (method: string, path: string, json?: object, bearer = token): Promise<HttpResponse> =>
  adminCall(server, method, path, { token: bearer, ...(json && { json }) });

function fits(response: HttpResponse, path: string): void {
  expect(response.status).toBe(200);
  const { schema } =
    document.paths[`/admin/v1${path}`]!['get']!.responses['200']!.content!['application/json']!;
  expect(mismatches(document, schema, response.json())).toEqual([]);
}

const callMcp = (bearer: string | undefined, method: string, params: object): Promise<HttpResponse> =>
  request('POST', `${server.base}/mcp`, {
    headers: {
      accept: 'application/json, text/event-stream',
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    },
    json: { jsonrpc: '2.0', id: 1, method, params },
  });

/** The explanation of the decision that a refusal names. */
async function explained(refusal: HttpResponse) {
  const id = String(refusal.headers['x-decision-id']);
  const answer = await send('GET', `/decisions/${id}`);
  fits(answer, '/decisions/{id}');
  return { at: refusal.status, ...answer.json() };
}

/** A person's own token for the admin API. */
async function personToken(scope: string): Promise<string> {
  const redirectUri = 'http://127.0.0.1:41998/callback';
  const made = await send('POST', '/clients', {
    name: 'Operator tool',
    redirect_uris: [redirectUri],
    auth_method: 'none',
  });
  const client = { clientId: made.json().id, authMethod: 'none', redirectUri, registration: {} };
  return (await connect(server, { client, scope, resource: `${server.url}/admin` })).tokens.access_token;
}

describe('the explanation of a decision', () => {
  it('at the MCP endpoint: no token, another audience, a missing scope, an end', async () => {
    expect(await explained(await callMcp(undefined, 'tools/list', {}))).toMatchObject({
      at: 401,
      result: 'denied',
      reason: 'credentials_missing',
      allowed_if: expect.stringContaining('An access token for this resource'),
      request: 'POST /mcp',
    });
    expect(await explained(await callMcp(token, 'tools/list', {}))).toMatchObject({
      at: 401,
      reason: 'wrong_audience',
      rule: expect.stringContaining('RFC 8707'),
    });
    const { tokens, client } = await connect(server, { scope: 'mcp:tools:read' });
    const tool = (await send('GET', '/tools'))
      .json()
      .items.find(({ risk }: { risk: string }) => risk !== 'read');
    const missing = await explained(
      await callMcp(tokens.access_token, 'tools/call', { name: tool.name, arguments: {} }),
    );
    expect(missing).toMatchObject({
      at: 403,
      reason: 'insufficient_scope',
      granted: ['mcp:tools:read'],
      missing: tool.scopes,
      client_id: client.clientId,
    });
    await send('POST', `/clients/${client.clientId}/suspend`, { reason: 'misbehaved' });
    expect(await explained(await callMcp(tokens.access_token, 'tools/list', {}))).toMatchObject({
      at: 401,
      reason: 'revoked',
      ended_by: { kind: 'client', key: client.clientId, reason: 'misbehaved' },
    });
  });

  it('at the token endpoint and at the admin API', async () => {
    const client = await registerClient(server, { token_endpoint_auth_method: 'client_secret_basic' });
    const refused = await tokenRequest(
      server,
      { ...client, clientSecret: 'wrong' },
      { grant_type: 'client_credentials' },
    );
    expect(await explained(refused)).toMatchObject({ at: 401, result: 'denied', rule: expect.any(String) });
    const reader = await adminToken(server, 'admin:users:read');
    expect(await explained(await send('GET', '/keys', undefined, reader))).toMatchObject({
      at: 403,
      required: ['admin:keys:read'],
      missing: ['admin:keys:read'],
      roles: ['admin', 'auditor'],
    });
    expect(await explained(await send('GET', '/keys', undefined, 'garbage'))).toMatchObject({ at: 401 });
  });

  it('is there for nothing that was not decided, and only for those who read the trail', async () => {
    expect((await send('GET', `/decisions/${randomUUID()}`)).status).toBe(404);
    const reader = await adminToken(server, 'admin:users:read');
    expect((await send('GET', `/decisions/${randomUUID()}`, undefined, reader)).status).toBe(403);
  });
});

describe('what is dangerous', () => {
  it('asks a person whose sign-in is long ago to sign in again, and a machine for its scopes only', async () => {
    const person = await personToken(
      'admin:users admin:keys admin:settings admin:grants admin:clients admin:audit',
    );
    const [admin] = (await send('GET', '/users?q=admin@example.com')).json().items;
    const dangerous = [
      ['PATCH', `/users/${admin.id}`, { roles: ['admin'] }],
      ['POST', `/keys/${'a'.repeat(43)}/compromised`, {}],
      ['POST', '/identity-providers', { id: 'x', settings: {} }],
      ['POST', '/groups', { name: 'Administrators too', roles: ['admin'] }],
      ['POST', '/users', { email: 'mine@example.com', roles: ['admin'] }],
      ['POST', '/scim-tokens', { note: 'x' }],
      ['POST', '/clients', { name: 'x', grant_types: ['client_credentials'], scopes: ['admin:users'] }],
      ['PATCH', '/clients/ops', { name: 'x' }],
      ['POST', '/clients/ops/secret', {}],
      ['POST', '/initial-access-tokens', {}],
      ['POST', '/keys/rotate', { immediate: true }],
      ['POST', '/audit/exports', { format: 'json' }],
      [
        'POST',
        '/audit/streams',
        { name: 'x', kind: 'http', settings: { url: 'https://collector.example.com' } },
      ],
      ['PATCH', `/audit/streams/${randomUUID()}`, {}],
      ['POST', `/audit/streams/${randomUUID()}/replay`, { from: '2026-01-01T00:00:00Z' }],
    ] as const;
    expect((await send('PATCH', dangerous[0][1], dangerous[0][2], person)).status).toBe(200);
    const planOf = async (selector: object) =>
      (await send('POST', '/revocation-plans', { selector }, person)).json();
    const plan = await planOf({ all: true });
    const sameByAge = await planOf({ issued_before: '2999-01-01T00:00:00Z' });
    await sleep(2_500);
    for (const [method, path, json] of dangerous) {
      const refused = await send(method, path, json, person);
      expect([path, refused.status, refused.json().code]).toEqual([
        path,
        401,
        'insufficient_user_authentication',
      ]);
      expect(refused.headers['www-authenticate']).toMatch(
        /^Bearer error="insufficient_user_authentication", .*max_age="2"/,
      );
    }
    const yes = { plan_hash: plan.plan_hash, acknowledge: ['ends_own_access'] };
    const refused = await send('POST', `/revocation-plans/${plan.id}/apply`, yes, person);
    expect(refused.status).toBe(401);
    const byAge = { ...yes, plan_hash: sameByAge.plan_hash };
    expect((await send('POST', `/revocation-plans/${sameByAge.id}/apply`, byAge, person)).status).toBe(401);
    expect(await explained(refused)).toMatchObject({ rule: expect.stringContaining('RFC 9470') });
    expect((await send('GET', '/users', undefined, person)).status).toBe(200);
    expect((await send('PATCH', dangerous[0][1], dangerous[0][2])).status).toBe(200);
  });
});

describe('reading', () => {
  it('the settings are those in force, without secrets; the tools have their scopes', async () => {
    const settings = await send('GET', '/settings');
    fits(settings, '/settings');
    expect(settings.json()).toMatchObject({ public_url: server.url, lifetimes: { adminSignIn: 2 } });
    fits(await send('GET', '/tools'), '/tools');
    fits(await send('GET', '/tools/whoami'), '/tools/{name}');
    expect((await send('GET', '/tools/nothing')).status).toBe(404);
  });

  it('a person’s activity and an application’s history are what the trail tells of them', async () => {
    const { client } = await connect(server);
    const [{ user_id: id }] = (await send('GET', `/grants?client_id=${client.clientId}`)).json().items;
    const activity = await send('GET', `/users/${id}/activity?limit=5`);
    fits(activity, '/users/{id}/activity');
    const tokens = await send('GET', `/users/${id}/tokens?active=true&limit=5`);
    fits(tokens, '/users/{id}/tokens');
    expect(tokens.json().items.length).toBeGreaterThan(0);
    expect(new Set(activity.json().items.map((event: { user_id: string }) => event.user_id))).toEqual(
      new Set([id]),
    );
    await send('PATCH', `/clients/${client.clientId}`, { name: 'Renamed' });
    const history = await send('GET', `/clients/${client.clientId}/metadata-history`);
    fits(history, '/clients/{id}/metadata-history');
    expect(history.json().items.map(({ type }: { type: string }) => type)).toEqual([
      'client.changed',
      'client.registered',
    ]);
    await send('DELETE', `/clients/${client.clientId}`);
    expect((await send('GET', `/clients/${client.clientId}/metadata-history`)).json().items).toHaveLength(2);
    expect((await send('GET', '/clients/nobody/metadata-history')).status).toBe(404);
  });
});

describe('the last admin', () => {
  it('cannot be disabled, nor lose the role', async () => {
    const [{ id }] = (await send('GET', '/users?q=admin@example.com')).json().items;
    const call = (method: string, path: string, json: object) =>
      request(method, `${server.base}/admin/v1${path}`, {
        headers: { authorization: `Bearer ${token}` },
        json,
      });
    for (const refused of [
      await call('POST', `/users/${id}/disable`, {}),
      await call('PATCH', `/users/${id}`, { roles: [] }),
    ]) {
      expect([refused.status, refused.json().detail]).toEqual([409, expect.stringContaining('role admin')]);
    }
    expect((await send('GET', `/users/${id}`)).json()).toMatchObject({ active: true, roles: ['admin'] });
  });
});

describeOnPostgres('two admins removed at once', () => {
  it('by every way there is: one of them stays', async () => {
    const own = await startServer();
    const bearer = await adminToken(own);
    const [{ id: first }] = (await adminCall(own, 'GET', '/users', { token: bearer })).json().items;
    const call = (method: string, path: string, json: object) =>
      request(method, `${own.base}/admin/v1${path}`, {
        headers: { authorization: `Bearer ${bearer}` },
        json,
      });
    const directory = (await call('POST', '/scim-tokens', { note: 'Directory' })).json().token as string;
    const scim = (method: string, path: string, json: object) =>
      request(method, `${own.base}/scim/v2${path}`, {
        headers: { authorization: `Bearer ${directory}`, 'content-type': 'application/scim+json' },
        body: JSON.stringify(json),
      });
    const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];
    const inactive = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', path: 'active', value: false }],
    };
    // RFC 7644 §3.12: what is not permitted is 403; 409 says that something exists already.
    const ways = [
      [409, (id: string) => call('POST', `/users/${id}/disable`, {})],
      [409, (id: string) => call('PATCH', `/users/${id}`, { roles: [] })],
      [403, (id: string) => scim('PATCH', `/Users/${id}`, inactive)],
      [403, (id: string) => scim('DELETE', `/Users/${id}`, {})],
    ] as const;
    for (const [index, [status, way]] of [...ways, ...ways].entries()) {
      const made = await scim('POST', '/Users', {
        schemas,
        userName: `second-${index}@elsewhere.test`,
        active: true,
      });
      const second = made.json().id as string;
      expect((await call('PATCH', `/users/${second}`, { roles: ['admin'] })).status).toBe(200);
      const outcomes = await Promise.all([way(second), call('PATCH', `/users/${first}`, { roles: [] })]);
      const refusals = outcomes.map((outcome) => (outcome.status < 400 ? undefined : outcome.status));
      expect([
        [status, undefined],
        [undefined, 409],
      ]).toContainEqual(refusals);
      const left = await own.sql(`SELECT id FROM users WHERE 'admin' = ANY(roles) AND disabled_at IS NULL`);
      expect([index, left.length]).toEqual([index, 1]);
      await own.sql(
        `UPDATE users SET roles = '{admin}', assigned_roles = '{admin}', disabled_at = NULL WHERE id = $1`,
        [first],
      );
      await own.sql('DELETE FROM users WHERE id <> $1', [first]);
    }
    await own.stop();
  });
});
