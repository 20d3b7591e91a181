import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import {
  ADMIN_EMAIL,
  ADMIN_PASSWORD,
  OPS_CLIENT_ID,
  OPS_CLIENT_SECRET,
  startServer,
  temporaryFolder,
  type TestServer,
} from '../support/server.js';
import { freePort } from '../support/server-process.js';

const DEMO = fileURLToPath(new URL('../../dist/demo/demo.js', import.meta.url));
const ESCAPE = '\u001b';

const HEADLINES = [
  '1. The app knows only the address: it is refused, finds the way, and registers itself',
  '2. The person signs in, and allows reading',
  '3. The app redeems the code',
  '4. It lists the tools, and calls those that read',
  '5. A tool that changes something is refused, and the refusal says what is missing',
  '6. The person is asked again, and sees what is new',
  '7. The call that was refused succeeds',
  '8. An admin finds what the app was allowed',
  '9. The admin ends it all while a call is running',
  '10. The app comes back: its token is refused, and it cannot refresh',
  '11. The audit trail tells the whole story',
];

interface Ran {
  code: number | null;
  out: string;
  err: string;
  ms: number;
}

async function demo(args: string[] = [], env: Record<string, string> = {}): Promise<Ran> {
  const { PATH = '', HOME = '' } = process.env;
  const startedAt = performance.now();
  const child = spawn(process.execPath, [DEMO, ...args], { env: { PATH, HOME, ...env } });
  const ran: Ran = { code: null, out: '', err: '', ms: 0 };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.err += text));
  ran.code = await new Promise((done) => child.once('close', done));
  ran.ms = performance.now() - startedAt;
  return ran;
}

const headlinesOf = ({ out }: Ran): string[] => out.split('\n').filter((line) => /^\d+\. /.test(line));

function expectWholeStory(ran: Ran): void {
  expect({ code: ran.code, err: ran.err }).toEqual({ code: 0, err: '' });
  expect(headlinesOf(ran)).toEqual(HEADLINES);
  expect(ran.out).toContain('Everything happened as it should');
  for (const shown of [
    /POST {3}\S*\/mcp tools\/call notes_add +403/,
    /WWW-Authenticate: Bearer error="insufficient_scope".* scope="mcp:tools:execute"/,
    /“Add, change and delete things for you” {2}NEW/,
    /the running call was aborted \d+ ms after/,
    /POST {3}\S*\/mcp tools\/call whoami +401/,
    /revocation\.applied/,
    /mcp\.tool\.called +diagnostics_wait outcome +user +aborted: aborted_by_revocation/,
  ])
    expect(ran.out).toMatch(shown);
}

describe('The demo', () => {
  it('plays the whole story on a server of its own in less than 30 seconds, and leaves nothing behind', async () => {
    const TMPDIR = temporaryFolder();
    const ran = await demo([], { TMPDIR });
    expectWholeStory(ran);
    expect(ran.ms).toBeLessThan(30_000);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  it('shows no whole secret, and no colours where nobody sees them', async () => {
    const { out } = await demo();
    expect(out).not.toMatch(/eyJ[\w-]{5,}/);
    expect(out).not.toMatch(/gh_(?:ac|rt)_[\w-]{8,}/);
    expect(out).not.toContain(ESCAPE);
  });

  it('tells what can be asked of it', async () => {
    const { code, out } = await demo(['--help']);
    expect(code).toBe(0);
    for (const option of ['--url', '--email', '--password', '--client-id', '--client-secret'])
      expect(out).toContain(option);
  });

  it.each([
    ['an option it does not have', ['--colour'], /Unknown option '--colour'/],
    ['an address that is not one', ['--url', 'localhost'], /--url must be the address of an MCP endpoint/],
    ['an address without a person', ['--url', 'http://localhost:1/mcp'], /--url needs --email/],
  ])('refuses %s, and says what is wrong', async (_what, args, message) => {
    const { code, out, err } = await demo(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });

  describe('at a server that runs already', () => {
    const people = (password = ADMIN_PASSWORD): Record<string, string> => ({
      BOOTSTRAP_ADMIN_EMAIL: ADMIN_EMAIL,
      BOOTSTRAP_ADMIN_PASSWORD: password,
      BOOTSTRAP_CLIENT_ID: OPS_CLIENT_ID,
      BOOTSTRAP_CLIENT_SECRET: OPS_CLIENT_SECRET,
    });
    const at = ({ url }: TestServer) => ['--url', `${url}/mcp`];

    it('plays the same story, also under a path', async () => {
      const port = await freePort();
      const server = await startServer({ port, env: { PUBLIC_URL: `http://localhost:${port}/house` } });
      expectWholeStory(await demo(at(server), people()));
    });

    it('ends with 1 and says why when it goes differently', async () => {
      const server = await startServer();
      const ran = await demo(at(server), people('not the password'));
      expect(ran.code).toBe(1);
      expect(ran.err).toContain(`/login refused the sign-in of ${ADMIN_EMAIL}`);
      expect(headlinesOf(ran)).toEqual(HEADLINES.slice(0, 2));
    });

    it('ends with 1 and says so when there is none', async () => {
      const { code, err } = await demo(['--url', `http://localhost:${await freePort()}/mcp`], people());
      expect(code).toBe(1);
      expect(err).toMatch(/It went differently\. .*(?:ECONNREFUSED|fetch failed)/);
    });
  });

  it('is built where `npm run demo` looks for it', () => {
    expect(existsSync(DEMO)).toBe(true);
  });
});
