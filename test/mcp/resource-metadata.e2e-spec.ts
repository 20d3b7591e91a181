import { beforeAll, describe, expect, it } from '@jest/globals';
import { get, request } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

describe('The metadata of the protected resources', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer();
  });

  it.each(['', '/mcp'])('at %p describes the MCP server', async (suffix) => {
    const response = await get(`${server.origin}${WELL_KNOWN}${suffix}`);
    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toMatch(/^application\/json/);
    expect(response.json()).toEqual({
      resource: `${server.url}/mcp`,
      resource_name: expect.any(String),
      authorization_servers: [server.url],
      scopes_supported: ['mcp:tools:read', 'mcp:tools:execute'],
      bearer_methods_supported: ['header'],
      resource_signing_alg_values_supported: ['ES256'],
      dpop_signing_alg_values_supported: ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'],
    });
  });

  it('at /admin describes the admin API', async () => {
    const metadata = (await get(`${server.origin}${WELL_KNOWN}/admin`)).json();
    expect(metadata).toMatchObject({ resource: `${server.url}/admin`, authorization_servers: [server.url] });
    for (const scope of metadata.scopes_supported) expect(scope).toMatch(/^admin:[a-z]+:read$/);
  });

  it.each(['/nope', '/mcp/x', '/mcp2', '/x/mcp', '/admin/v1', '/..%2fadmin'])(
    'does not exist at %p',
    async (suffix) => {
      expect((await get(`${server.origin}${WELL_KNOWN}${suffix}`)).status).toBe(404);
    },
  );

  it('may be read by any page and any cache, without credentials', async () => {
    const headers = { origin: 'https://inspector.example' };
    const response = await get(`${server.origin}${WELL_KNOWN}/mcp`, { headers });
    expect(response.headers['access-control-allow-origin']).toBe('*');
    expect(response.headers).not.toHaveProperty('access-control-allow-credentials');
    expect(response.headers['cache-control']).toMatch(/public, max-age=\d+/);
    const missing = await get(`${server.origin}${WELL_KNOWN}/nope`, { headers });
    expect(missing.headers['access-control-allow-origin']).toBe('*');
    const preflight = await request('OPTIONS', `${server.origin}${WELL_KNOWN}/mcp`, {
      headers: {
        ...headers,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'mcp-protocol-version',
      },
    });
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, '*']);
    expect(preflight.headers['access-control-allow-headers']).toContain('mcp-protocol-version');
  });

  it('does not depend on the host that was asked', async () => {
    const headers = { host: 'evil.test', 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https' };
    const response = await get(`${server.origin}${WELL_KNOWN}/mcp`, { headers });
    expect(response.text).not.toContain('evil.test');
  });

  it('is what the challenge points to, also below a path', async () => {
    const port = server.port + 1;
    const below = await startServer({
      port,
      env: { PUBLIC_URL: `http://localhost:${port}/house` },
      config: { resources: [{ id: 'admin', algorithm: 'RS256' }] },
    });
    const refused = await request('POST', `${below.base}/mcp`, { json: {} });
    expect(refused.status).toBe(401);
    const [, url] = /resource_metadata="([^"]+)"/.exec(refused.headers['www-authenticate'] ?? '') ?? [];
    expect(url).toBe(`${below.origin}${WELL_KNOWN}/house/mcp`);
    expect((await get(url ?? '')).json()).toMatchObject({ resource: `${below.url}/mcp` });
    expect((await get(`${below.origin}${WELL_KNOWN}/house/admin`)).json()).toMatchObject({
      resource: `${below.url}/admin`,
      resource_signing_alg_values_supported: ['RS256'],
    });
  });
});
