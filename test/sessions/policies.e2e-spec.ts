import { beforeAll, describe, expect, it } from '@jest/globals';
import { attemptSignIn, connect } from '../support/actors.js';
import { CookieJar, get } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import { asOperator, atOnce, mcpStatus, ROOMY } from '../oauth/harness.js';
import { livingSessions, signedInAs } from '../sso/sign-in.js';

let server: TestServer;

beforeAll(async () => {
  server = await startServer({
    config: {
      limits: ROOMY,
      policies: { sessions: { perPerson: 2, cookie: 'acme-portal' }, console: false },
    },
  });
});

async function browser(): Promise<CookieJar> {
  const jar = new CookieJar();
  await attemptSignIn(server, jar);
  expect(jar.get('acme-portal')).toMatch(/^[\w-]{43}$/);
  return jar;
}

describe('The session cookie', () => {
  it('has the name that the configuration gives it, out of reach of scripts', async () => {
    const jar = await browser();
    expect(jar.get('gatehouse_session')).toBeUndefined();
    expect(jar.attributes('acme-portal')).toMatch(/Path=\/; .*HttpOnly; SameSite=Lax/);
    expect(await signedInAs(server, jar)).toBe(ADMIN_EMAIL);
  });
});

describe('The console that the configuration does not want', () => {
  it('is not there, and neither is its client', async () => {
    expect((await get(`${server.base}/console`)).status).toBe(404);
    expect((await asOperator(server, 'GET', '/clients/gatehouse-console')).status).toBe(404);
    expect(server.output()).not.toContain('  Console');
  });
});

describe('One browser more than a person may be signed in at', () => {
  it('ends the session that was used least lately, and not what apps may do', async () => {
    const first = await browser();
    const { tokens } = await connect(server, { jar: first });
    const second = await browser();
    await get(`${server.base}/account`, { cookies: first });
    const third = await browser();
    const living = await Promise.all([first, second, third].map((jar) => signedInAs(server, jar)));
    expect(living.filter((email) => email === ADMIN_EMAIL)).toHaveLength(2);
    expect(living[2]).toBe(ADMIN_EMAIL);
    expect(await mcpStatus(server, tokens.access_token)).toBe(200);
    expect(await livingSessions(server)).toHaveLength(2);
  });

  it('is not a sign-in again at the same one', async () => {
    const [one, two] = [await browser(), await browser()];
    await attemptSignIn(server, one);
    expect(await signedInAs(server, one)).toBe(ADMIN_EMAIL);
    expect(await signedInAs(server, two)).toBe(ADMIN_EMAIL);
  });
});

describeOnPostgres('Twenty sign-ins at once', () => {
  it('leave as many sessions as there may be', async () => {
    await atOnce(20, () => browser());
    expect(await livingSessions(server)).toHaveLength(2);
  });
});
