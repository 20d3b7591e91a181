import { beforeAll, describe, expect, it } from '@jest/globals';
import { authorizeUrl, exchange, type TestClient } from '../support/actors.js';
import { get } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, events, rawGet, refusalOf, signedIn } from '../oauth/harness.js';

const VERIFIER = 'v'.repeat(43);

let server: TestServer;
let page: string;
let client: TestClient;

beforeAll(async () => {
  server = await startServer({ config: { brand: { name: 'A & "B" <Ltd>' } } });
  page = (await get(`${server.base}/console`)).text;
  client = {
    clientId: 'gatehouse-console',
    authMethod: 'none',
    redirectUri: `${server.url}/console/`,
    registration: {},
  };
});

const assets = (): string[] =>
  [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, path]) => path!);

describe('the console', () => {
  it('is one page for every address below it, and says where and whose it is', async () => {
    expect(page).toContain('<base href="/console/" />');
    expect(page).toContain(`content="${server.url}"`);
    expect(page).toContain('A &amp; &quot;B&quot; &lt;Ltd>');
    for (const path of ['/console/', '/console/people', '/console/decisions/x?y=z'])
      expect((await get(`${server.base}${path}`)).text).toBe(page);
  });

  it('takes scripts, styles and data from this server alone, and is in nobody’s frame', async () => {
    const { headers } = await get(`${server.base}/console/people`);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    });
    expect(page).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=/);
  });

  it('is asked for again only when it has changed', async () => {
    const { headers } = await get(`${server.base}/console`);
    const again = await get(`${server.base}/console`, {
      headers: { 'if-none-match': String(headers['etag']) },
    });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it('has files that browsers keep, compressed for those that can read it', async () => {
    expect(new Set(assets().map((path) => path.split('.').at(-1)))).toEqual(new Set(['css', 'js']));
    for (const path of assets()) {
      const url = `${server.base}/console/${path}`;
      const plain = await get(url);
      expect(plain.headers).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
        vary: 'Accept-Encoding',
      });
      expect(plain.headers['content-encoding']).toBeUndefined();
      const packed = await fetch(url, { headers: { 'accept-encoding': 'br' } });
      expect(packed.headers.get('content-encoding')).toBe('br');
      expect(await packed.text()).toBe(plain.text);
    }
  });

  it.each([
    'assets/index.js',
    'assets/../index.html',
    'assets/..%2f..%2fsrc%2fmain.js',
    'assets/%2e%2e/%2e%2e/package.json',
    'assets/constructor',
  ])('has no other files: %s', async (path) => {
    const answer = await rawGet(server, `/console/${path}`);
    if (answer.status !== 404) expect(answer.body).toContain('<base href="/console/" />');
  });

  it('is a client that gets tokens for the admin API alone, bound to a key', async () => {
    const known = (await asOperator(server, 'GET', `/clients/${client.clientId}`)).json();
    expect(known).toMatchObject({
      trust_state: 'approved',
      auth_method: 'none',
      dpop_bound: true,
      skip_consent: true,
      redirect_uris: [client.redirectUri],
    });
    const jar = await signedIn(server);
    const ask = async (scope: string, resource: string): Promise<URLSearchParams> => {
      const url = authorizeUrl(server, client, { scope, resource: `${server.url}/${resource}` }, VERIFIER);
      return (await get(url, { cookies: jar })).location!.searchParams;
    };
    expect((await ask('mcp:tools:read', 'mcp')).get('error')).toBe('invalid_scope');
    expect((await ask('scim', 'scim')).get('error')).toBe('invalid_scope');
    const code = (await ask('admin:users:read', 'admin')).get('code')!;
    expect(refusalOf(await exchange(server, client, code, VERIFIER))).toEqual([400, 'invalid_dpop_proof']);
  });

  it('takes its client along when it is switched off', async () => {
    const before = await startServer();
    expect((await asOperator(before, 'GET', `/clients/${client.clientId}`)).status).toBe(200);
    await before.stop();
    const { dataDir, databaseUrl } = before;
    const again = databaseUrl === undefined ? { dataDir } : { database: databaseUrl };
    const after = await startServer({ ...again, config: { policies: { console: false } } });
    expect((await asOperator(after, 'GET', `/clients/${client.clientId}`)).status).toBe(404);
    const removed = await events(after, { type: 'client.deleted', client_id: client.clientId });
    expect(removed.map(({ actor }) => actor.type)).toEqual(['system']);
  });
});
