import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { OPS_CLIENT_ID, OPS_CLIENT_SECRET, startServer, type TestServer } from '../support/server.js';
import { describeOnPostgresAndRedis } from '../support/on-postgres.js';
import { createDatabase } from '../support/postgres.js';
import { sleep } from '../support/server-process.js';
import { post, type HttpResponse } from '../support/http.js';

const config = {
  limits: {
    token: {
      failed: { points: 3, seconds: 60, blockSeconds: 2 },
      address: { points: 5, seconds: 60 },
    },
  },
};

let addresses = 0;
/** An address nobody has used before, so that tests do not count together. */
const address = (): string => `198.51.100.${++addresses}`;

function ask(
  server: TestServer,
  from: string,
  { secret = OPS_CLIENT_SECRET, path = '/oauth2/token', headers = {} } = {},
): Promise<HttpResponse> {
  return post(`${server.base}${path}`, {
    headers: { 'x-forwarded-for': from, ...headers },
    form: { grant_type: 'client_credentials', client_id: OPS_CLIENT_ID, client_secret: secret },
  });
}

async function statuses(count: number, once: (i: number) => Promise<HttpResponse>): Promise<number[]> {
  const seen = [];
  for (let i = 0; i < count; i++) seen.push((await once(i)).status);
  return seen;
}

function expectThrottled(answer: HttpResponse, longest: number): void {
  expect(answer.status).toBe(429);
  expect(answer.json()).toMatchObject({ error: 'temporarily_unavailable' });
  expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(longest);
}

describe('the token endpoint behind a proxy', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ env: { TRUSTED_PROXIES: '127.0.0.1,::1' }, config });
  });

  it('answers as many requests of an address as it may send, and says to the next when to come again', async () => {
    const from = address();
    expect(await statuses(5, () => ask(server, from))).toEqual([200, 200, 200, 200, 200]);
    expectThrottled(await ask(server, from), 60);
    expect((await ask(server, address())).status).toBe(200);
  });

  it.each(['/oauth2/introspect', '/oauth2/revoke', '/oauth2/par'])(
    'counts guesses of a secret at %s along',
    async (path) => {
      const from = address();
      const guess = { secret: 'wrong', path };
      expect(await statuses(3, () => ask(server, from, guess))).toEqual([401, 401, 401]);
      expectThrottled(await ask(server, from, { path }), 2);
      expectThrottled(await ask(server, from), 2);
    },
  );

  it('stops guesses at /oauth2/introspect and /oauth2/revoke by address, whatever clients they name', async () => {
    const from = address();
    const paths = ['/oauth2/introspect', '/oauth2/revoke'];
    const guess = (i: number) =>
      post(`${server.base}${paths[i % 2]}`, {
        headers: { 'x-forwarded-for': from },
        form: { token: 'x', client_id: `nobody-${i}`, client_secret: 'wrong' },
      });
    expect(await statuses(5, guess)).toEqual([401, 401, 401, 401, 401]);
    for (const i of [5, 6]) expectThrottled(await guess(i), 60);
    expectThrottled(await ask(server, from, { path: '/oauth2/introspect' }), 60);
    expect((await ask(server, address(), { path: '/oauth2/revoke' })).status).not.toBe(429);
  });

  it('answers as many right requests of an address at /oauth2/introspect as it sends', async () => {
    const from = address();
    const right = () =>
      post(`${server.base}/oauth2/introspect`, {
        headers: { 'x-forwarded-for': from },
        form: { token: 'x', client_id: OPS_CLIENT_ID, client_secret: OPS_CLIENT_SECRET },
      });
    expect(await statuses(7, right)).toEqual([200, 200, 200, 200, 200, 200, 200]);
  });

  it('counts the older name of the endpoint along', async () => {
    const from = address();
    await statuses(4, () => ask(server, from));
    expect((await ask(server, from, { path: '/token' })).status).toBe(200);
    expectThrottled(await ask(server, from, { path: '/token' }), 60);
  });

  it('counts everybody of one IPv6 /64 as one, and their neighbours apart', async () => {
    expect(await statuses(6, (i) => ask(server, `2001:db8:0:1::${i + 1}`))).toEqual([
      200, 200, 200, 200, 200, 429,
    ]);
    expect((await ask(server, '2001:db8:0:2::1')).status).toBe(200);
  });

  it('refuses even the right secret after too many wrong ones, of that address only, and not for ever', async () => {
    const from = address();
    expect(await statuses(3, () => ask(server, from, { secret: 'wrong' }))).toEqual([401, 401, 401]);
    expectThrottled(await ask(server, from), 2);
    expect((await ask(server, address())).status).toBe(200);
    await sleep(2_200);
    expect((await ask(server, from)).status).toBe(200);
  });
});

describe('the token endpoint without a proxy', () => {
  it('does not believe an address that the client made up', async () => {
    const server = await startServer({ config });
    const spoof = (i: number) => ({ headers: { 'x-real-ip': `10.0.0.${i}`, forwarded: `for=10.0.0.${i}` } });
    expect(await statuses(6, (i) => ask(server, `10.0.0.${i}`, spoof(i)))).toEqual([
      200, 200, 200, 200, 200, 429,
    ]);
  });
});

describeOnPostgresAndRedis('two replicas with one Redis', () => {
  it('count together', async () => {
    const database = await createDatabase();
    const env = { TRUSTED_PROXIES: '127.0.0.1,::1', REDIS_URL: process.env.REDIS_URL! };
    const first = await startServer({ env, config, database });
    const second = await startServer({ env: { ...env, PUBLIC_URL: first.url }, config, database });
    // Counts outlive a run, in Redis.
    const from = `2001:db8:${randomBytes(2).toString('hex')}:${randomBytes(2).toString('hex')}::1`;
    const replicas = [first, second];
    expect(await statuses(6, (i) => ask(replicas[i % 2]!, from))).toEqual([200, 200, 200, 200, 200, 429]);
  });
});
