import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken, connect, registerClient } from '../support/actors.js';
import { get, type HttpResponse } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { mismatches, onlyReads, openApi, routesOf, type OpenApi, type Schema } from './routes.js';

let server: TestServer;
let document: OpenApi;
let token: string;

beforeAll(async () => {
  server = await startServer();
  document = await openApi(server);
  token = await adminToken(server);
});

describe('the OpenAPI document', () => {
  it('is 3.1, public, and about the admin API only', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(Object.keys(document.paths).filter((path) => !path.startsWith('/admin/v1/'))).toEqual([]);
  });

  it('gives every route one scope, which the security scheme explains', () => {
    const { flows } = document.components.securitySchemes['oauth2']!;
    for (const route of routesOf(document)) {
      expect(route.operation.security).toEqual([{ oauth2: [route.scope] }]);
      expect(route.scope).toMatch(/^admin:(?:[a-z]+(?::read)?|audit:unseal)$/);
      expect(Object.keys(flows['clientCredentials']!.scopes)).toContain(route.scope);
    }
  });

  it('asks for a right to change wherever something is changed', () => {
    for (const { method, path, scope } of routesOf(document)) {
      // Opening what is sealed is more than reading.
      if (scope === 'admin:audit:unseal') continue;
      expect([method, path, scope.endsWith(':read')]).toEqual([method, path, onlyReads({ method, path })]);
    }
  });

  it('describes every answer, and every problem', () => {
    for (const { method, path, operation } of routesOf(document)) {
      const codes = Object.keys(operation.responses);
      expect([method, path, codes.some((code) => code.startsWith('2')), codes.includes('4XX')]).toEqual([
        method,
        path,
        true,
        true,
      ]);
    }
  });

  it('demands a body only where something is made or changed', () => {
    const demanding = routesOf(document).filter(({ operation }) => operation.requestBody?.required);
    expect(demanding.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /users',
      'PATCH /users/{id}',
      'POST /users/{id}/legal-hold',
      'POST /groups',
      'PATCH /groups/{id}',
      'PATCH /groups/{id}/members',
      'POST /scim-tokens',
      'POST /clients',
      'PATCH /clients/{id}',
      'POST /initial-access-tokens',
      'POST /pre-consents',
      'POST /registration-policies',
      'PATCH /registration-policies/{id}',
      'POST /revocation-plans',
      'POST /revocation-plans/{id}/approve',
      'POST /revocation-plans/{id}/apply',
      'POST /tool-policies',
      'PATCH /tool-policies/{id}',
      'POST /tokens/lookup',
      'POST /api-keys',
      'PATCH /api-keys/{id}',
      'POST /identity-providers',
      'PATCH /identity-providers/{id}',
      'POST /identity-providers/test',
      'POST /audit/aggregate',
      'POST /audit/export-schedules',
      'PATCH /audit/export-schedules/{id}',
      'POST /audit/exports',
      'POST /audit/streams',
      'PATCH /audit/streams/{id}',
      'POST /audit/saved-searches',
      'PATCH /audit/saved-searches/{id}',
    ]);
  });

  it('refers to nothing that is not in it', () => {
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
      (match) => match[1]!,
    );
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !(name in document.components.schemas))).toEqual([]);
  });
});

describe('answers are as the document says', () => {
  const schemaOf = (method: string, path: string, status: string): Schema => {
    const response = document.paths[`/admin/v1${path}`]![method.toLowerCase()]!.responses[status];
    const content =
      response?.content?.['application/json'] ?? response?.content?.['application/problem+json'];
    if (!content) throw new Error(`${method} ${path} has no schema for ${status}`);
    return content.schema;
  };

  const check = (response: HttpResponse, method: string, path: string, status: string): void => {
    expect(mismatches(document, schemaOf(method, path, status), response.json())).toEqual([]);
  };

  it.each(['/grants', '/users', '/clients', '/sessions', '/tokens', '/audit/events', '/audit/event-types'])(
    'GET %s',
    async (path) => {
      await connect(server);
      const response = await adminCall(server, 'GET', path, { token });
      expect(response.json().items.length).toBeGreaterThan(0);
      check(response, 'GET', path, '200');
      if (path === '/audit/event-types') return;
      const [item] = response.json().items;
      const parameter = path === '/tokens' ? '{jti}' : '{id}';
      const one = await adminCall(
        server,
        'GET',
        `${path}/${encodeURIComponent(item.id ?? item.jti ?? item.event_id)}`,
        { token },
      );
      expect(one.json()).toEqual(item);
      check(one, 'GET', `${path}/${parameter}`, '200');
    },
  );

  it('a new client, approved and suspended', async () => {
    const json = {
      name: 'x',
      redirect_uris: ['https://c.test/cb'],
      auth_method: 'client_secret_basic',
      allowed_scopes: ['openid'],
    };
    const created = await adminCall(server, 'POST', '/clients', { token, json });
    check(created, 'POST', '/clients', '201');
    const { id } = created.json();
    check(
      await adminCall(server, 'POST', `/clients/${id}/suspend`, { token }),
      'POST',
      '/clients/{id}/suspend',
      '200',
    );
    check(
      await adminCall(server, 'POST', `/clients/${id}/approve`, { token }),
      'POST',
      '/clients/{id}/approve',
      '200',
    );
    check(await adminCall(server, 'DELETE', `/clients/${id}`, { token }), 'DELETE', '/clients/{id}', '200');
  });

  it('a group, made, changed and removed', async () => {
    const [{ id: person }] = (await adminCall(server, 'GET', '/users', { token })).json().items;
    const json = { name: 'A group', roles: ['auditor'], members: [person] };
    const created = await adminCall(server, 'POST', '/groups', { token, json });
    check(created, 'POST', '/groups', '201');
    const { id } = created.json();
    check(await adminCall(server, 'GET', '/groups', { token }), 'GET', '/groups', '200');
    const call = (method: string, path: string, body?: object) =>
      adminCall(server, method, path, { token, ...(body && { json: body }) });
    check(await call('GET', `/groups/${id}`), 'GET', '/groups/{id}', '200');
    check(await call('GET', `/groups/${id}/members`), 'GET', '/groups/{id}/members', '200');
    check(await call('PATCH', `/groups/${id}`, { roles: [] }), 'PATCH', '/groups/{id}', '200');
    const changes = { remove: [person] };
    check(await call('PATCH', `/groups/${id}/members`, changes), 'PATCH', '/groups/{id}/members', '200');
    check(await call('PATCH', `/users/${person}`, { roles: ['admin'] }), 'PATCH', '/users/{id}', '200');
    check(await call('DELETE', `/groups/${id}`), 'DELETE', '/groups/{id}', '200');
  });

  it('a token of a directory', async () => {
    const created = await adminCall(server, 'POST', '/scim-tokens', { token, json: { note: 'x' } });
    check(created, 'POST', '/scim-tokens', '201');
    check(await adminCall(server, 'GET', '/scim-tokens', { token }), 'GET', '/scim-tokens', '200');
    const path = `/scim-tokens/${created.json().id}`;
    check(await adminCall(server, 'DELETE', path, { token }), 'DELETE', '/scim-tokens/{id}', '200');
  });

  it('something ended, once and again', async () => {
    const { client } = await connect(server, { client: await registerClient(server) });
    const [{ id }] = (
      await adminCall(server, 'GET', `/grants?client_id=${client.clientId}`, { token })
    ).json().items;
    for (let round = 0; round < 2; round++)
      check(await adminCall(server, 'DELETE', `/grants/${id}`, { token }), 'DELETE', '/grants/{id}', '200');
  });

  it('a refusal', async () => {
    check(await adminCall(server, 'GET', '/grants?limit=0', { token }), 'GET', '/grants', '4XX');
    check(await adminCall(server, 'GET', '/grants/x', { token }), 'GET', '/grants/{id}', '4XX');
    check(await get(`${server.base}/admin/v1/users`), 'GET', '/users', '4XX');
  });

  it('no query parameter is served that the document does not have', async () => {
    for (const { method, path, operation } of routesOf(document)) {
      if (method !== 'GET' || path.includes('{')) continue;
      const known = (operation.parameters ?? [])
        .filter((parameter) => parameter.in === 'query')
        .map((parameter) => parameter.name);
      if (known.length === 0) continue;
      const response = await adminCall(server, 'GET', `${path}?not_in_the_document=1`, { token });
      expect([path, response.status]).toEqual([path, 400]);
    }
  });
});

describe('/admin/docs', () => {
  it('is a page that loads nothing from elsewhere', async () => {
    const page = await get(`${server.base}/admin/docs`);
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    const sources = [...page.text.matchAll(/(?:src|href)=["']([^"']+)["']/g)].map((match) => match[1]!);
    expect(sources.length).toBeGreaterThan(3);
    for (const source of sources) {
      const asset = await get(new URL(source, `${server.base}/admin/docs`));
      expect([source, asset.status]).toEqual([source, 200]);
      expect(new URL(source, page.url).origin).toBe(new URL(page.url).origin);
    }
    expect(page.text).not.toMatch(/<script>[^<]/);
  });
});

describe('What tells of the inside', () => {
  const INSIDE = [
    '/api',
    '/api-json',
    '/docs',
    '/graphql',
    '/metrics',
    '/debug',
    '/debug/pprof',
    '/.env',
    '/.git/config',
    '/package.json',
    '/admin/docs/package.json',
    '/admin/docs/swagger-ui.js.map',
    '/console/assets/../../package.json',
    '/console/assets/%2e%2e/%2e%2e/package.json',
  ];

  it.each(INSIDE)('is not there: %s', async (path) => {
    const { status, text } = await get(`${server.base}${path}`);
    expect([401, 404]).toContain(status);
    expect(text).not.toMatch(/"dependencies"|ENCRYPTION_KEYS|\[core\]/);
  });

  it('is not in the console either: it has no source maps', async () => {
    const page = await get(`${server.base}/console`);
    const scripts = [...page.text.matchAll(/src="([^"]+\.js)"/g)].map((match) => match[1]!);
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) {
      const url = new URL(script, `${server.base}/console/`);
      expect((await get(url)).text).not.toContain('sourceMappingURL');
      expect((await get(new URL(`${url.href}.map`))).status).toBe(404);
    }
  });
});
