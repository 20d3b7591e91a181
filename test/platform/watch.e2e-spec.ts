import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { connect, mcpCall } from '../support/actors.js';
import { CookieJar, get } from '../support/http.js';
import { freshCopy } from '../support/fresh-copy.js';
import { freePort } from '../support/server-process.js';
import { Shell } from '../support/shell.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, type TestServer } from '../support/server.js';

const TOOL = 'src/mcp/tools/identity.tools.ts';

/** The server of `npm run start:dev`, as far as the actors of these tests ask for one. */
function serverAt(port: number): TestServer {
  const url = `http://localhost:${port}`;
  return { url, origin: url, base: url, port } as unknown as TestServer;
}

const isReady = async (url: string): Promise<boolean> => {
  try {
    return (await get(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) })).status === 200;
  } catch {
    return false;
  }
};

it('npm run start:dev serves what is saved, and keeps sign-ins and tokens through it', async () => {
  const copy = freshCopy({ built: true });
  const port = await freePort();
  const server = serverAt(port);
  const dataDir = join(copy, 'data');
  const shell = new Shell('exec npm run start:dev', copy, {
    PORT: String(port),
    PUBLIC_URL: server.url,
    DATA_DIR: dataDir,
    BOOTSTRAP_ADMIN_EMAIL: ADMIN_EMAIL,
    BOOTSTRAP_ADMIN_PASSWORD: ADMIN_PASSWORD,
  });
  await shell.until(() => isReady(server.url), 150_000);

  const jar = new CookieJar();
  const { tokens } = await connect(server, { jar });
  const titleOf = async (): Promise<unknown> => {
    const { result } = await mcpCall(server, tokens.access_token, 'tools/list');
    return result?.tools.find(({ name }: { name: string }) => name === 'whoami')?.title;
  };
  expect(await titleOf()).toBe('Who am I');

  // A call that takes longer than a restart may: the next server waits until this one is through.
  const slow = mcpCall(server, tokens.access_token, 'tools/call', {
    name: 'diagnostics_wait',
    arguments: { seconds: 3 },
  });
  const file = join(copy, TOOL);
  writeFileSync(file, readFileSync(file, 'utf8').replace("title: 'Who am I'", "title: 'Who is that'"));
  expect((await slow).result).toMatchObject({ content: [{ text: 'Waited 3 s' }] });
  await shell.until(async () => (await titleOf().catch(() => undefined)) === 'Who is that', 60_000);

  const account = await get(`${server.url}/account`, { cookies: jar });
  expect([account.status, account.text.includes(ADMIN_EMAIL)]).toEqual([200, true]);
  expect(shell.output).not.toMatch(/did not start|EADDRINUSE|in use by another process/);
  expect((await get(`${server.url}/console`)).status).toBe(200);

  await shell.terminate();
  expect(await isReady(server.url)).toBe(false);
  expect(existsSync(join(dataDir, 'lock'))).toBe(false);
}, 240_000);
