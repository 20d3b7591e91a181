import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken } from '../support/actors.js';
import { get, rawRequest, request } from '../support/http.js';
import { freePort } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let token: string;
let reader: string;

beforeAll(async () => {
  server = await startServer();
  token = await adminToken(server);
  reader = await adminToken(server, 'admin:grants:read');
});

/** The status line of a request whose path is sent as it is. */
async function status(method: string, path: string, bearer?: string): Promise<number> {
  const authorization = bearer ? `Authorization: Bearer ${bearer}\r\n` : '';
  const answer = await rawRequest(
    server.origin,
    `${method} ${path} HTTP/1.1\r\nHost: localhost:${server.port}\r\n${authorization}Connection: close\r\n\r\n`,
  );
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

describe('other ways to write a path', () => {
  it.each([
    '/admin/v1/users/',
    '/ADMIN/V1/USERS',
    '/admin/v1/Users',
    '//admin/v1/users',
    '/admin//v1/users',
    '/admin/v1//users',
    '/admin/v1%2fusers',
    '/admin%2fv1/users',
    '/admin/v1/users%2f',
    '/admin/v1/users;x=1',
    '/admin/v1/users/.',
    '/admin/v1/./users',
    '/admin/v1/audit/../users',
    '/health/../admin/v1/users',
    '/admin/v1/users?access_token=x',
    '/admin/v1/users#x',
    '/admin/v1/users%00',
    '/admin/v1/users%20',
  ])('%s gives nobody more than they have', async (path) => {
    expect([401, 404, 400]).toContain(await status('GET', path));
    expect([403, 404, 400]).toContain(await status('GET', path, reader));
    expect([401, 404, 405, 400]).toContain(await status('POST', `${path}/x/disable`));
  });

  it('HEAD needs the same scope as GET, and answers no body', async () => {
    expect(await status('HEAD', '/admin/v1/users')).toBe(401);
    expect(await status('HEAD', '/admin/v1/users', reader)).toBe(403);
    const head = await adminCall(server, 'HEAD', '/users', { token });
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('a header cannot change the method or the path', async () => {
    const headers = {
      'x-http-method-override': 'DELETE',
      'x-http-method': 'DELETE',
      'x-method-override': 'DELETE',
      'x-original-url': '/health/live',
      'x-rewrite-url': '/health/live',
      'x-forwarded-prefix': '/health',
    };
    expect((await request('GET', `${server.base}/admin/v1/users`, { headers })).status).toBe(401);
    const overridden = await adminCall(server, 'POST', '/grants', { token, headers });
    expect([overridden.status, overridden.headers['allow']]).toEqual([405, 'GET, HEAD']);
  });
});

describe('what is not there', () => {
  it('is a problem with 404, with and without credentials', async () => {
    for (const path of ['/admin/v1/nothing', '/admin/v1', '/admin/nothing', '/admin/v1/grants/a/b/c']) {
      const response = await get(`${server.base}${path}`);
      expect([path, response.status, response.headers['content-type']]).toEqual([
        path,
        404,
        'application/problem+json; charset=utf-8',
      ]);
      expect(response.json()).toMatchObject({
        status: 404,
        code: 'not_found',
        title: expect.any(String),
        decision_id: expect.any(String),
      });
    }
  });

  it.each(['/audit/events', '/audit/events/0190a1b2-0000-7000-8000-000000000000', '/audit/event-types'])(
    '%s can be read and never changed',
    async (path) => {
      for (const method of ['DELETE', 'PUT', 'PATCH', 'POST']) {
        const response = await adminCall(server, method, path, { token, json: {} });
        expect([method, response.status, response.headers['allow']]).toEqual([method, 405, 'GET, HEAD']);
        expect(response.json()).toMatchObject({ status: 405, code: 'method_not_allowed' });
      }
    },
  );

  it('collections cannot be deleted', async () => {
    for (const path of ['/grants', '/users', '/clients', '/sessions', '/tokens']) {
      expect([path, (await adminCall(server, 'DELETE', path, { token })).status]).toEqual([path, 405]);
    }
  });

  it.each([
    ['/grants/1', 404],
    ['/grants/not-a-uuid', 404],
    ["/users/'%20OR%201=1--", 404],
    ['/sessions/0190a1b2-0000-7000-8000-000000000000', 404],
    ['/tokens/%00', 404],
    ['/clients/%00', 404],
    [`/clients/${'a'.repeat(300)}`, 404],
    ['/clients/no%2Fsuch%2Fclient', 404],
    ['/audit/events/1', 404],
  ])('%s is answered like any unknown id', async (path, expected) => {
    const response = await adminCall(server, 'GET', path, { token });
    expect(response.status).toBe(expected);
    expect(response.json()).toEqual({
      type: expect.stringContaining('not_found'),
      title: expect.any(String),
      status: 404,
      detail: 'No such thing',
      code: 'not_found',
      decision_id: response.headers['x-decision-id'],
    });
  });
});

describe('a body', () => {
  it('must be JSON', async () => {
    const form = await adminCall(server, 'POST', '/clients', { token, form: { name: 'x' } });
    expect([form.status, form.json().code]).toEqual([415, 'unsupported_media_type']);
  });

  it.each(['{', '"text"', '[]', 'null', '{"name":'])('%s is a problem with 400', async (body) => {
    const response = await adminCall(server, 'POST', '/clients', {
      token,
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect([response.status, response.headers['content-type']]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ]);
    expect(response.json().code).toBe('invalid_request');
  });

  it('that is too large is a problem with 413', async () => {
    const response = await adminCall(server, 'POST', '/clients', {
      token,
      json: { name: 'x'.repeat(200_000) },
    });
    expect([response.status, response.json().code]).toEqual([413, 'payload_too_large']);
  });
});

describe('below a path of the public URL', () => {
  it('links, challenges, documents and refusals name the public URL', async () => {
    const port = await freePort();
    const url = `http://localhost:${port}/house`;
    const below = await startServer({ port, env: { PUBLIC_URL: url } });
    const bearer = await adminToken(below);

    const page = await adminCall(below, 'GET', '/audit/events?limit=1&sort=time', { token: bearer });
    const link = String(page.headers['link']);
    expect(link).toMatch(
      new RegExp(`^<${url}/admin/v1/audit/events\\?limit=1&sort=time&cursor=[\\w-]+>; rel="next"$`),
    );
    const followed = await get(link.slice(1, link.indexOf('>')), {
      headers: { authorization: `Bearer ${bearer}` },
    });
    expect(followed.status).toBe(200);

    const refused = await get(`${below.base}/admin/v1/grants`);
    expect(refused.headers['www-authenticate']).toContain(
      `resource_metadata="http://localhost:${port}/.well-known/oauth-protected-resource/house/admin"`,
    );
    expect(refused.json().type).toBe(`${url}/admin/docs#problem-credentials_missing`);
    expect((await adminCall(below, 'DELETE', '/audit/events', { token: bearer })).status).toBe(405);

    const document = (await get(`${below.base}/admin/v1/openapi.json`)).json();
    expect(document.servers).toEqual([{ url }]);
    const docs = await get(`${below.base}/admin/docs`);
    const [, script] = /<script src="([^"]+bundle[^"]*)"/.exec(docs.text) ?? [];
    expect((await get(new URL(script!, `${below.base}/admin/docs`))).status).toBe(200);
    await below.stop();
  });
});
