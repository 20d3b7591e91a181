import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { attemptAuthorize, attemptSignIn, registerClient } from '../support/actors.js';
import { CookieJar, get } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase, query } from '../support/postgres.js';
import { runToExit, startServer, temporaryFolder, type TestServer } from '../support/server.js';

const NO_BOOTSTRAP = {
  BOOTSTRAP_ADMIN_EMAIL: '',
  BOOTSTRAP_ADMIN_PASSWORD: '',
  BOOTSTRAP_CLIENT_ID: '',
  BOOTSTRAP_CLIENT_SECRET: '',
};

describe('the first start on an empty folder', () => {
  it('tells the MCP URL and a random admin password that works, and never tells the password again', async () => {
    const server = await startServer({ dataDir: join(temporaryFolder(), 'data'), env: NO_BOOTSTRAP });
    expect(server.output()).toContain(`${server.url}/mcp`);
    const password = await passwordThatSignsIn(server, server.output());

    await server.restart();
    expect(server.output().split(password)).toHaveLength(2);
    const response = await attemptSignIn(server, new CookieJar(), { password });
    expect(response.status).toBe(303);
  });

  it('makes a data directory that only its owner can read', async () => {
    const dataDir = join(temporaryFolder(), 'data');
    const server = await startServer({ dataDir });
    expect(existsSync(join(dataDir, 'postgres'))).toBe(true);
    expect(modeOf(dataDir)).toBe('700');
    expect(modeOf(join(dataDir, 'encryption-keys'))).toBe('600');
    await server.stop();
  });

  it('does not tell a password that the installer chose', async () => {
    const server = await startServer({ dataDir: join(temporaryFolder(), 'data') });
    expect(server.output()).not.toContain(server.env.BOOTSTRAP_ADMIN_PASSWORD);
    expect(server.output()).not.toContain(server.env.BOOTSTRAP_CLIENT_SECRET);
  });
});

describe('a later start on the same data', () => {
  it('signs with the same key', async () => {
    const server = await startServer({ dataDir: join(temporaryFolder(), 'data') });
    const before = await keyIds(server);
    await server.restart();
    expect(await keyIds(server)).toEqual(before);
  });

  it('knows a client that was registered just before kill -9', async () => {
    const server = await startServer({ dataDir: join(temporaryFolder(), 'data') });
    const client = await registerClient(server);
    await server.kill();
    await server.restart();
    const { code } = (await attemptAuthorize(server, client)) as { code?: string };
    expect(code).toEqual(expect.any(String));
  });

  it('is refused while another process holds the data', async () => {
    const dataDir = join(temporaryFolder(), 'data');
    const first = await startServer({ dataDir });
    const { code, output } = await runToExit({ dataDir });
    expect(code).not.toBe(0);
    expect(output).toContain(String(first.pid));
    expect(output).toContain('DATA_DIR');
    expect(await keyIds(first)).toHaveLength(1);
  });
});

describe('stopping', () => {
  it('ends with 0 on SIGTERM', async () => {
    const server = await startServer();
    expect(await server.stop()).toBe(0);
  });

  it('leaves no lock behind', async () => {
    const dataDir = join(temporaryFolder(), 'data');
    const server = await startServer({ dataDir });
    expect([await server.stop(), server.output().slice(-500)]).toEqual([0, expect.anything()]);
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  });
});

describe('a configuration that cannot be used', () => {
  it('is refused with every problem at once and without any secret', async () => {
    const { code, output } = await runToExit({
      env: {
        PUBLIC_URL: 'ftp://nowhere',
        ENCRYPTION_KEYS: 'not-a-key-but-a-secret',
        BOOTSTRAP_ADMIN_EMAIL: 'nobody',
        BOOTSTRAP_ADMIN_PASSWORD: 'my-secret-password',
      },
      config: { lifetimes: { code: 'soon' }, surprise: true },
    });
    expect(code).not.toBe(0);
    for (const name of ['PUBLIC_URL', 'BOOTSTRAP_ADMIN_EMAIL', 'lifetimes.code', 'surprise'])
      expect(output).toContain(name);
    for (const secret of ['not-a-key-but-a-secret', 'my-secret-password'])
      expect(output).not.toContain(secret);
    expect(output).not.toMatch(/^\s+at /m);
  });

  it('names a bad encryption key without telling it', async () => {
    const { code, output } = await runToExit({ env: { ENCRYPTION_KEYS: '1:c2hvcnQ=' } });
    expect(code).not.toBe(0);
    expect(output).toContain('ENCRYPTION_KEYS');
    expect(output).not.toContain('c2hvcnQ=');
  });

  it('lets no code live for more than ten minutes', async () => {
    const { code, output } = await runToExit({ config: { lifetimes: { code: '601s' } } });
    expect([code === 0, output.includes('lifetimes.code must be at most 600s')]).toEqual([false, true]);
  });

  it('says so when the configuration file is not there', async () => {
    const { code, output } = await runToExit({ env: { GATEHOUSE_CONFIG: '/nowhere/gatehouse.yaml' } });
    expect(code).not.toBe(0);
    expect(output).toContain('GATEHOUSE_CONFIG');
  });
});

describe('a start in production', () => {
  const safe = {
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://gatehouse.example.com',
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nowhere',
    ENCRYPTION_KEYS: '1:q83vEjRWeJq83vEjRWeJqwHPkrI2bXDlcA7kUYh2Zjc=',
  };

  it.each([
    ['no public URL', { PUBLIC_URL: '' }, 'PUBLIC_URL'],
    ['a public URL without TLS', { PUBLIC_URL: 'http://gatehouse.example.com' }, 'PUBLIC_URL'],
    ['the embedded database', { DATABASE_URL: '' }, 'DATABASE_URL'],
    ['no encryption keys', { ENCRYPTION_KEYS: '' }, 'ENCRYPTION_KEYS'],
    ['a weak admin password', { BOOTSTRAP_ADMIN_PASSWORD: 'changeme' }, 'BOOTSTRAP_ADMIN_PASSWORD'],
    ['a weak client secret', { BOOTSTRAP_CLIENT_SECRET: 'hunter2' }, 'BOOTSTRAP_CLIENT_SECRET'],
  ])('is refused with %s', async (_, gap, name) => {
    const { code, output } = await runToExit({ env: { ...safe, ...gap } });
    expect(code).not.toBe(0);
    expect(output).toContain(name);
    for (const secret of ['changeme', 'hunter2']) expect(output).not.toContain(secret);
  });

  it('is refused with all gaps named at once', async () => {
    const { code, output } = await runToExit({
      env: {
        NODE_ENV: 'production',
        PUBLIC_URL: '',
        DATABASE_URL: '',
        ENCRYPTION_KEYS: '',
        BOOTSTRAP_ADMIN_PASSWORD: 'changeme',
      },
      config: { policies: { outboundLoopback: true, keys: { plainText: true } } },
    });
    expect(code).not.toBe(0);
    for (const name of [
      'PUBLIC_URL',
      'DATABASE_URL',
      'ENCRYPTION_KEYS',
      'BOOTSTRAP_ADMIN_PASSWORD',
      'policies.keys.plainText',
      'policies.outboundLoopback',
    ])
      expect(output).toContain(name);
  });
});

describeOnPostgres('several replicas that start at once on an empty database', () => {
  it('migrate once, make one key and one admin, and all become ready', async () => {
    const database = await createDatabase('empty');
    const replicas = await Promise.all([1, 2, 3].map(() => startServer({ database })));
    const kids = await Promise.all(replicas.map(keyIds));
    expect(kids[0]).toHaveLength(1);
    expect(kids[1]).toEqual(kids[0]);
    expect(kids[2]).toEqual(kids[0]);
    expect(await query(database, 'SELECT count(*)::int AS n FROM users')).toEqual([{ n: 1 }]);
  });
});

async function keyIds(server: TestServer): Promise<string[]> {
  const { keys } = (await get(`${server.base}/oauth2/jwks`)).json<{ keys: { kid: string }[] }>();
  return keys.map(({ kid }) => kid);
}

/** Tries the words of the banner until one signs the admin in. */
async function passwordThatSignsIn(server: TestServer, banner: string): Promise<string> {
  const line = banner.split('\n').find((each) => /password/i.test(each)) ?? '';
  const near = banner.slice(Math.max(0, banner.indexOf(line)), banner.indexOf(line) + line.length + 200);
  for (const word of near.split(/[\s"'`]+/).filter((each) => each.length >= 12 && !each.includes('/'))) {
    const response = await attemptSignIn(server, new CookieJar(), { password: word });
    if (response.status >= 300 && response.status < 400) return word;
  }
  throw new Error(`No password that works was told:\n${banner}`);
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}
