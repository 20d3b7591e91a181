import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connect, registerClient, walk } from '../support/actors.js';
import { compiledEntry } from '../support/compiled-entry.js';
import { describeWhere } from '../support/describe-where.js';
import { CookieJar, get } from '../support/http.js';
import { freePort } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { proxyTo } from './proxy.js';
import { CONFORMANCE, ended, requirements, startSuite } from './suite.js';

describeWhere([CONFORMANCE], 'The public conformance suite', () => {
  let server: TestServer;
  let proxy: Awaited<ReturnType<typeof proxyTo>>;

  beforeAll(async () => {
    const entry = await compiledEntry(new URL('main.ts', import.meta.url));
    server = await startServer({ entry, config: { policies: { mcpSessions: 'stateful' } } });
    const { tokens } = await connect(server);
    proxy = await proxyTo(new URL(server.origin), () => tokens.access_token);
  });

  afterAll(() => proxy.close());

  it.each([
    ['2025-11-25', 30],
    ['2026-07-28', 37],
  ])(
    'passes with every scored server scenario of %s',
    async (revision, count) => {
      const { passed, failed, exitCode, output } = await requirements(revision, `${proxy.url}/mcp`);
      if (failed.length > 0) process.stderr.write(output);
      expect([failed, passed.length, exitCode]).toEqual([[], count, 0]);
    },
    240_000,
  );

  it('passes in its authorization mode', async () => {
    const port = await freePort();
    const redirectUri = `http://127.0.0.1:${port}/callback`;
    const { clientId } = await registerClient(server, { redirect_uris: [redirectUri] });
    const resource = `${server.url}/mcp`;
    const suite = startSuite([
      'authorization',
      '--url',
      server.url,
      '--client-id',
      clientId,
      '--resource',
      resource,
      '--port',
      String(port),
    ]);
    const over = ended(suite);
    const url = await authorizationUrl(suite, `${server.url}/oauth2/authorize`);
    const { response } = await walk(server, url, redirectUri, { jar: new CookieJar() });
    await get(response.location!);
    const { exitCode, output } = await over;
    expect([exitCode, output.match(/\d+ failed/g)?.filter((count) => count !== '0 failed')]).toEqual([0, []]);
    expect(output).toMatch(/[1-9]\d* passed/);
  }, 120_000);
});

/** The suite prints where the person must go. */
function authorizationUrl(suite: ReturnType<typeof startSuite>, endpoint: string): Promise<URL> {
  return new Promise((resolve, reject) => {
    let output = '';
    suite.stdout?.on('data', (part: Buffer) => {
      output += part.toString('utf8');
      const at = output.indexOf(endpoint);
      const url = at < 0 ? undefined : /^\S+(?=\s)/.exec(output.slice(at))?.[0];
      if (url) resolve(new URL(url));
    });
    suite.on('close', () => reject(new Error(`The suite ended without an authorization URL:\n${output}`)));
  });
}
