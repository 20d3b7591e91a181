import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken, connect, tokenRequest, tokensOf } from '../support/actors.js';
import { request, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let token: string;

beforeAll(async () => {
  server = await startServer({ config: { limits: { admin: { caller: { points: 400, seconds: 60 } } } } });
  token = await adminToken(server);
});

type Headers = Record<string, string>;

const send = (method: string, path: string, json?: object, headers: Headers = {}): Promise<HttpResponse> =>
  request(method, `${server.base}/admin/v1${path}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(json && { json }),
  });

const app = (name: string) => ({
  name,
  redirect_uris: ['https://c.test/cb'],
  auth_method: 'client_secret_basic',
});
const named = async (name: string): Promise<unknown[]> =>
  (await send('GET', `/clients?q=${encodeURIComponent(name)}`)).json().items;
/** Of another machine than the one that plays the rest. */
async function machineToken(): Promise<string> {
  const made = await send('POST', '/clients', {
    name: 'Impatient',
    grant_types: ['client_credentials'],
    auth_method: 'client_secret_basic',
    scopes: ['admin:keys:read'],
    allowed_scopes: ['admin:keys:read'],
  });
  const { id: clientId, client_secret: clientSecret } = made.json();
  const client = {
    clientId,
    clientSecret,
    authMethod: 'client_secret_basic',
    redirectUri: '',
    registration: {},
  };
  const response = await tokenRequest(server, client, {
    grant_type: 'client_credentials',
    resource: `${server.url}/admin`,
  });
  return tokensOf(response).access_token;
}

const eventsOf = async (type: string): Promise<{ event_id: string }[]> =>
  (await send('GET', `/audit/events?type=${type}&limit=200`)).json().items;

describe('dry_run=true', () => {
  it.each([
    '/audit/verify',
    '/audit/aggregate',
    '/tokens/lookup',
    '/identity-providers/x/test',
    '/identity-providers/test',
  ])('is refused where nothing is changed: %s', async (path) => {
    const refused = await send('POST', `${path}?dry_run=true`, {});
    expect([refused.status, refused.json().errors[0].field]).toEqual([400, 'dry_run']);
  });

  it('answers what would be made, without its secret, and makes nothing', async () => {
    const before = await eventsOf('client.registered');
    const dry = await send('POST', '/clients?dry_run=true', app('Never made'));
    expect([dry.status, dry.headers['location'], dry.headers['etag']]).toEqual([200, undefined, undefined]);
    const { dry_run, status, answer, would_record } = dry.json();
    expect({ dry_run, status, name: answer.name }).toEqual({
      dry_run: true,
      status: 201,
      name: 'Never made',
    });
    expect(would_record.map(({ type }: { type: string }) => type)).toEqual(['client.registered']);
    expect(dry.text).not.toMatch(/gh_cs_|client_secret"/);
    expect(await named('Never made')).toEqual([]);
    expect(await eventsOf('client.registered')).toEqual(before);
    expect((await send('GET', `/clients/${answer.id}`)).status).toBe(404);
  });

  it('of an end ends nothing: the token goes on working, and its owner stays', async () => {
    const { tokens, client } = await connect(server);
    const [grant] = (await send('GET', `/grants?client_id=${client.clientId}`)).json().items;
    const paths = [
      ['DELETE', `/grants/${grant.id}`],
      ['DELETE', `/users/${grant.user_id}/sessions`],
      ['POST', `/clients/${encodeURIComponent(client.clientId)}/suspend`],
    ] as const;
    for (const [method, path] of paths) {
      const dry = await send(method, `${path}?dry_run=true`);
      expect([path, dry.status, dry.json().answer.ended, dry.json().answer.grants > 0]).toEqual([
        path,
        200,
        true,
        true,
      ]);
      expect(dry.json().answer.receipt).toBeUndefined();
      expect(JSON.stringify(dry.json().would_record)).toContain('revocation.applied');
    }
    const still = await request('POST', `${server.base}/mcp`, {
      headers: {
        authorization: `Bearer ${tokens.access_token}`,
        accept: 'application/json, text/event-stream',
      },
      json: { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} },
    });
    expect(still.status).toBe(200);
    expect((await send('GET', `/grants/${grant.id}`)).json().active).toBe(true);
  });

  it('of a key leaves the keys that sign as they are', async () => {
    const keys = (await send('GET', '/keys')).json();
    expect((await send('POST', '/keys/rotate?dry_run=true', {})).json().answer.state).toBe('next');
    const [{ kid }] = keys.items;
    const dry = await send('POST', `/keys/${kid}/compromised?dry_run=true`);
    expect([dry.status, dry.json().answer.ended]).toEqual([200, true]);
    expect((await send('GET', '/keys')).json()).toEqual(keys);
    expect((await adminToken(server)).length).toBeGreaterThan(100);
  });

  it('refuses what the real request would be refused for, and leaves an event of its own', async () => {
    const refused = await send('POST', '/clients?dry_run=true', {
      ...app('x'),
      redirect_uris: ['http://evil.test/'],
    });
    expect(refused.status).toBe(400);
    expect((await send('DELETE', `/grants/${randomUUID()}?dry_run=true`)).status).toBe(404);
    for (const wrong of ['yes', '', '1', 'TRUE'])
      expect((await send('POST', `/clients?dry_run=${wrong}`, app('x'))).status).toBe(400);
    expect((await send('GET', '/clients?dry_run=true')).status).toBe(400);
    const correlation = randomUUID();
    await send('POST', '/keys/rotate?dry_run=true', {}, { 'x-correlation-id': correlation });
    const [event] = (await send('GET', `/audit/events?correlation_id=${correlation}`)).json().items;
    expect(event.type).toBe('admin.request.handled');
  });
});

describe('Idempotency-Key', () => {
  it('lets a request act once, and answers the same again, its secret too', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const first = await send('POST', '/clients', app('Once only'), key);
    const again = await send('POST', '/clients', app('Once only'), key);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.json()).toEqual(first.json());
    expect(again.json().client_secret).toMatch(/^gh_cs_/);
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect([again.headers['location'], again.headers['etag']]).toEqual([
      first.headers['location'],
      first.headers['etag'],
    ]);
    expect(await named('Once only')).toHaveLength(1);
  });

  it('refuses the same key with another body or query, and is each caller’s and each route’s own', async () => {
    const key = { 'idempotency-key': randomUUID() };
    expect((await send('POST', '/clients', app('First meaning'), key)).status).toBe(201);
    const other = await send('POST', '/clients', app('Second meaning'), key);
    expect([other.status, other.json().code]).toEqual([422, 'unprocessable']);
    expect(await named('Second meaning')).toEqual([]);
    expect((await send('POST', '/keys/rotate', {}, key)).status).toBe(200);
  });

  it('takes the key back when the request was refused', async () => {
    const key = { 'idempotency-key': randomUUID() };
    expect((await send('POST', '/clients', { name: '' }, key)).status).toBe(400);
    expect((await send('POST', '/clients', app('Put right'), key)).status).toBe(201);
  });

  it('acts once for many at a time', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => send('POST', '/clients', app('Crowd'), key)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => answer.json().id)).size).toBe(1);
    expect(await named('Crowd')).toHaveLength(1);
  });

  it.each(['', ' ', 'a b', 'x'.repeat(256), 'ä'])(
    'must be something that can be compared: %p',
    async (key) => {
      const headers = { 'idempotency-key': Buffer.from(key).toString('latin1') };
      expect((await send('POST', '/clients', app('Bad key'), headers)).status).toBe(400);
    },
  );

  it('means nothing to a dry run', async () => {
    const key = { 'idempotency-key': randomUUID() };
    expect((await send('POST', '/clients?dry_run=true', app('Dry key'), key)).json().dry_run).toBe(true);
    expect((await send('POST', '/clients', app('Dry key'), key)).status).toBe(201);
  });
});

describe('If-Match', () => {
  it('is honoured by everything that has a state, and never demanded', async () => {
    const { client } = await connect(server);
    const [grant] = (await send('GET', `/grants?client_id=${client.clientId}`)).json().items;
    const [{ jti }] = (await send('GET', `/tokens?client_id=${client.clientId}`)).json().items;
    const group = (await send('POST', '/groups', { name: `g ${randomUUID()}` })).json();
    const policy = (
      await send('POST', '/tool-policies', { name: `p ${randomUUID()}`, items: ['nothing'], disabled: true })
    ).json();
    const id = encodeURIComponent(client.clientId);
    const things: [string, string, object?][] = [
      ['DELETE', `/tokens/${jti}`],
      ['DELETE', `/grants/${grant.id}`],
      ['DELETE', `/sessions/${grant.session_id}`],
      ['PATCH', `/users/${grant.user_id}`, { roles: ['admin'] }],
      ['PATCH', `/groups/${group.id}`, { roles: [] }],
      ['DELETE', `/groups/${group.id}`],
      ['PATCH', `/tool-policies/${policy.id}`, { items: ['nobody'] }],
      ['DELETE', `/tool-policies/${policy.id}`],
      ['PATCH', `/clients/${id}`, { name: 'Another' }],
      ['DELETE', `/clients/${id}`],
    ];
    for (const [method, path, json] of things) {
      const stale = await send(method, path, json, { 'if-match': '"what-it-was"' });
      expect([path, stale.status, stale.json().code]).toEqual([path, 412, 'precondition_failed']);
      const etag = String((await send('GET', path)).headers['etag']);
      expect([path, etag]).toEqual([path, expect.stringMatching(/^"[^"]+"$/)]);
      const fresh = await send(method, path, json, { 'if-match': `"other", ${etag}` });
      expect([path, fresh.status]).toEqual([path, 200]);
    }
  });
});

describe('every answer', () => {
  it('says what is left of the caller’s rate, and has the id of the request', async () => {
    const requestId = randomUUID();
    const answer = await send('GET', '/users', undefined, { 'x-request-id': requestId });
    expect(answer.headers['x-request-id']).toBe(requestId);
    expect(answer.headers['ratelimit-policy']).toBe('"caller";q=400;w=60');
    const left = /^"caller";r=(\d+);t=(\d+)$/.exec(String(answer.headers['ratelimit']))!;
    const next = await send('GET', '/users');
    expect(Number(/r=(\d+)/.exec(String(next.headers['ratelimit']))![1])).toBe(Number(left[1]) - 1);
  });

  it('of too many requests is 429 with Retry-After and a decision', async () => {
    const impatient = { authorization: `Bearer ${await machineToken()}` };
    let answer = await send('GET', '/keys', undefined, impatient);
    for (let sent = 0; sent < 420 && answer.status === 200; sent++)
      answer = await send('GET', '/keys', undefined, impatient);
    expect((await send('GET', '/keys')).status).toBe(200);
    expect([answer.status, answer.json().code]).toEqual([429, 'too_many_requests']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.headers['ratelimit']).toMatch(/^"caller";r=0;t=\d+$/);
    expect(answer.json().decision_id).toBe(answer.headers['x-decision-id']);
  });
});

describeOnPostgres('on two replicas', () => {
  it('one key acts once, and what was answered is not to be read in the database', async () => {
    const one = await startServer();
    const two = await startServer({ database: one.databaseUrl!, env: { PUBLIC_URL: one.url } });
    const bearer = await adminToken(one);
    const key = randomUUID();
    const asked = (at: TestServer): Promise<HttpResponse> =>
      request('POST', `${at.base}/admin/v1/clients`, {
        headers: { authorization: `Bearer ${bearer}`, 'idempotency-key': key },
        json: app('Both at once'),
      });
    const answers = await Promise.all([one, two, one, two, two, one].map(asked));
    expect(new Set(answers.map((answer) => answer.json().client_secret)).size).toBe(1);
    const clients = await adminCall(two, 'GET', '/clients?q=Both%20at%20once', { token: bearer });
    expect(clients.json().items).toHaveLength(1);
    const stored = await one.sql('SELECT * FROM idempotent_answers');
    const text = JSON.stringify(
      stored.map((row) =>
        Object.values(row).map((cell) => (Buffer.isBuffer(cell) ? cell.toString('latin1') : cell)),
      ),
    );
    expect(stored).toHaveLength(1);
    expect(text).not.toContain(answers[0]!.json().client_secret);
    expect(text).not.toContain(key);
    // As a process leaves it that was killed in the middle: nobody acts again on a guess.
    await one.sql(`UPDATE idempotent_answers SET answer = NULL, created_at = now() - interval '2 minutes'`);
    const lost = await asked(two);
    expect([lost.status, lost.json().detail]).toEqual([409, expect.stringContaining('broke off')]);
    await Promise.all([one.stop(), two.stop()]);
  });
});
