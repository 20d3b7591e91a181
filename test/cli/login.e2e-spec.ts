import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { registerClient, submitForm } from '../support/actors.js';
import { formOf } from '../support/html.js';
import { get, type CookieJar, type HttpResponse } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { events, mcpStatus, ROOMY, signedIn } from '../oauth/harness.js';

const CLI = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

let server: TestServer;
let jar: CookieJar;
const running = new Set<Run>();

/** The command as a process. */
class Run {
  output = '';
  told = '';
  readonly exit: Promise<number>;
  private readonly child;

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.told += text));
    this.exit = once(this.child, 'close').then(([code]) => Number(code));
    running.add(this);
  }

  /** The address it asks the person to open. */
  async address(): Promise<URL> {
    for (;;) {
      const address = /^https?:\S+$/m.exec(this.told)?.[0];
      if (address) return new URL(address);
      await Promise.race([
        once(this.child.stderr, 'data'),
        this.exit.then((code) =>
          Promise.reject(new Error(`It ended with ${code}: ${this.output}${this.told}`)),
        ),
      ]);
    }
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

const login = (...args: string[]): Run => new Run(['login', '--issuer', server.url, ...args]);

/** What the browser of somebody who is signed in brings back. */
async function decided(address: URL, decision: 'approve' | 'deny'): Promise<URL> {
  const page = await get(address, { cookies: jar });
  const consent = page.location ? await get(page.location, { cookies: jar }) : page;
  const answer = await submitForm(server, consent, formOf(consent.text, '/consent'), {
    cookies: jar,
    values: { decision },
  });
  return answer.location!;
}

const seen = (response: HttpResponse): [number, string] => [response.status, response.text];

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  jar = await signedIn(server);
});
afterAll(() => running.forEach((run) => run.kill()));

describe('login', () => {
  it('registers itself, asks for its own state and challenge, and gets tokens that work', async () => {
    const run = login('--scope', 'mcp:tools:read', '--resource', `${server.url}/mcp`, '--show-tokens');
    const address = await run.address();
    const asked = Object.fromEntries(address.searchParams);
    expect(asked).toMatchObject({ response_type: 'code', code_challenge_method: 'S256' });
    expect(asked['state']).toMatch(/^[\w-]{43}$/);
    expect(asked['code_challenge']).toMatch(/^[\w-]{43}$/);
    expect((await get(await decided(address, 'approve'))).status).toBe(200);
    expect(await run.exit).toBe(0);
    const result = JSON.parse(run.output) as Record<string, string>;
    expect(result).toMatchObject({
      issuer: server.url,
      client_id: asked['client_id'],
      token_type: 'bearer',
      scope: 'mcp:tools:read',
      expires_in: 3_600,
    });
    expect(await mcpStatus(server, result['access_token']!)).toBe(200);
  });

  it('shows no token that was not asked for', async () => {
    const run = login();
    const address = await run.address();
    await get(await decided(address, 'approve'));
    expect(await run.exit).toBe(0);
    expect(Object.keys(JSON.parse(run.output) as object).sort()).toEqual([
      'client_id',
      'expires_in',
      'issuer',
      'scope',
      'token_type',
    ]);
    expect(run.told + run.output).not.toMatch(/eyJ|gh_[ar]t_/);
  });

  it('never says the same state, verifier or address twice', async () => {
    const addresses = await Promise.all([login().address(), login().address()]);
    for (const name of ['state', 'code_challenge'])
      expect(new Set(addresses.map((address) => address.searchParams.get(name))).size).toBe(2);
  });

  it('refuses an answer without its state, redeems nothing for it, and goes on waiting', async () => {
    const { clientId } = await registerClient(server, {
      redirect_uris: ['http://127.0.0.1/callback'],
      application_type: 'native',
    });
    const run = login('--client-id', clientId);
    const answer = await decided(await run.address(), 'approve');
    for (const state of [['wrong'], [], [answer.searchParams.get('state')!, 'wrong']]) {
      const forged = new URL(answer);
      forged.searchParams.delete('state');
      for (const value of state) forged.searchParams.append('state', value);
      expect(seen(await get(forged))).toEqual([400, 'This is not the answer that is waited for.\n']);
    }
    expect(await events(server, { type: 'token.issued', client_id: clientId })).toEqual([]);
    expect((await get(answer)).status).toBe(200);
    expect(await run.exit).toBe(0);
    expect(await events(server, { type: 'token.issued', client_id: clientId })).toHaveLength(1);
  });

  it('refuses an answer of another issuer', async () => {
    const run = login();
    const answer = await decided(await run.address(), 'approve');
    answer.searchParams.set('iss', 'https://evil.test');
    await get(answer);
    expect(await run.exit).toBe(1);
    expect(JSON.parse(run.output)).toMatchObject({ error: 'login_failed' });
    expect(run.output).toContain('iss');
  });

  it('says what the server says when the person says no', async () => {
    const run = login();
    await get(await decided(await run.address(), 'deny'));
    expect(await run.exit).toBe(1);
    expect(JSON.parse(run.output)).toMatchObject({ error: 'access_denied' });
  });

  it('ends when nobody comes, when the server is away, and when it is asked for nonsense', async () => {
    const late = login('--timeout', '1');
    expect([await late.exit, JSON.parse(late.output)]).toEqual([
      1,
      { error: 'login_failed', error_description: 'Nobody signed in in time' },
    ]);
    const away = new Run(['login', '--issuer', 'http://127.0.0.1:1']);
    expect([await away.exit, JSON.parse(away.output)]).toMatchObject([1, { error: 'login_failed' }]);
    for (const args of [[], ['nonsense'], ['login'], ['login', '--issuer', 'ftp://x'], ['login', '--what']]) {
      const run = new Run(args);
      expect([await run.exit, run.output]).toEqual([2, '']);
      expect(run.told).toContain('login --issuer <url>');
    }
    const help = new Run(['--help']);
    expect([await help.exit, help.output.includes('--show-tokens')]).toEqual([0, true]);
  });
});
