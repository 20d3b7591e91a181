import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken, mcpCall } from '../support/actors.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  keySet,
  kidOf,
  kidsAt,
  listKeys,
  MACHINE,
  machineToken,
  until,
  type ListedKey,
} from '../keys/harness.js';
import { mismatches, openApi, routesOf } from './routes.js';

const UNKNOWN = 'A'.repeat(43);

let server: TestServer;
let token: string;

beforeAll(async () => {
  server = await startServer({ config: MACHINE });
  token = await adminToken(server);
});

const call = (method: string, path: string, json?: unknown) =>
  adminCall(server, method, path, { token, ...(json !== undefined && { json }) });

const active = async (): Promise<ListedKey> =>
  (await listKeys(server)).find(({ state }) => state === 'active')!;

/** What signs is not about to change. */
async function withoutNext(): Promise<void> {
  for (const { kid, state } of await listKeys(server))
    if (state === 'next') expect((await call('POST', `/keys/${kid}/retire`)).status).toBe(200);
}

describe('GET /keys', () => {
  it('shows every key with its public half only, and how many living tokens it signed', async () => {
    const fresh = await machineToken(server);
    const keys = await listKeys(server);
    const signing = keys.find(({ kid }) => kid === kidOf(fresh))!;
    expect(signing).toMatchObject({
      alg: 'ES256',
      state: 'active',
      published: true,
      created_at: expect.any(String),
      activated_at: expect.any(String),
    });
    expect(signing.living_tokens).toBeGreaterThan(0);
    await machineToken(server);
    expect((await active()).living_tokens).toBeGreaterThan(signing.living_tokens);
    for (const { public_jwk } of keys)
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'])
        expect(public_jwk).not.toHaveProperty(member);
    const published = keys.filter((key) => key.published).map(({ public_jwk }) => public_jwk);
    expect(published).toEqual((await keySet(server)).keys);
  });
});

describe('POST /keys/rotate', () => {
  it('announces a key for as long as verifiers may keep the key set, and does it once', async () => {
    await withoutNext();
    const before = await active();
    const answer = await call('POST', '/keys/rotate', { reason: 'every quarter' });
    const next = answer.json<ListedKey>();
    expect([answer.status, next.state, next.published, next.living_tokens]).toEqual([200, 'next', true, 0]);
    const { maxAge } = await keySet(server);
    const wait = Date.parse(next.activates_at!) - Date.parse(next.created_at);
    expect(wait).toBeGreaterThan(maxAge * 1_000);
    expect(wait).toBeLessThan(maxAge * 1_000 + 10_000);
    expect(await kidsAt(server)).toContain(next.kid);
    expect(kidOf(await machineToken(server))).toBe(before.kid);
    expect((await call('POST', '/keys/rotate')).json()).toEqual(next);
    const events = (await call('GET', '/audit/events?type=key.announced')).json().items;
    expect(events[0]).toMatchObject({
      actor: { type: 'client', id: 'ops' },
      targets: [{ type: 'key', id: next.kid }],
      details: { reason: 'every quarter', activate_at: next.activates_at },
    });
  });

  it('lets a key sign at once that was announced long enough for the replicas, when it is immediate', async () => {
    await withoutNext();
    const old = await machineToken(server);
    const { kid } = (await call('POST', '/keys/rotate')).json<ListedKey>();
    const hurried = (await call('POST', '/keys/rotate', { immediate: true })).json<ListedKey>();
    expect(hurried.kid).toBe(kid);
    await until('it signs', async () => kidOf(await machineToken(server)) === kid, 15_000);
    expect((await active()).kid).toBe(kid);
    expect((await mcpCall(server, old, 'tools/list')).status).toBe(200);
    expect(await kidsAt(server)).toContain(kidOf(old));
    await until('another', async () => {
      const next = (await call('POST', '/keys/rotate', { immediate: true })).json<ListedKey>();
      return next.state === 'active' && next.kid !== kid;
    });
  });

  it.each([
    [{ alg: 'HS256' }],
    [{ alg: 'none' }],
    [{ alg: 'RS256' }],
    [{ alg: ['ES256'] }],
    [{ immediate: 'yes' }],
    [{ reason: 7 }],
    [{ kid: UNKNOWN }],
  ])('refuses %j and changes nothing', async (json) => {
    const before = await listKeys(server);
    const answer = await call('POST', '/keys/rotate', json);
    expect([answer.status, answer.json().code]).toEqual([400, 'invalid_request']);
    expect(answer.json().errors[0].field).toBe(Object.keys(json)[0]);
    expect((await listKeys(server)).map(({ kid }) => kid)).toEqual(before.map(({ kid }) => kid));
  });

  it('makes one key of many requests at once', async () => {
    await withoutNext();
    const before = (await listKeys(server)).length;
    const answers = await Promise.all(Array.from({ length: 10 }, () => call('POST', '/keys/rotate')));
    expect(new Set(answers.map((answer) => answer.json<ListedKey>().kid)).size).toBe(1);
    expect(await listKeys(server)).toHaveLength(before + 1);
  });
});

describe('POST /keys/{kid}/retire', () => {
  it('withdraws a key that was to be the next', async () => {
    await withoutNext();
    const { kid } = (await call('POST', '/keys/rotate')).json<ListedKey>();
    const answer = (await call('POST', `/keys/${kid}/retire`)).json<ListedKey>();
    expect(answer).toMatchObject({ kid, state: 'retired', published: false });
    expect(await kidsAt(server)).not.toContain(kid);
    // Once more is no harm.
    expect((await call('POST', `/keys/${kid}/retire`)).json()).toEqual(answer);
  });

  it('announces a successor for the key that signs, which goes on until then', async () => {
    await withoutNext();
    const before = await active();
    const answer = (await call('POST', `/keys/${before.kid}/retire`)).json<ListedKey>();
    expect(answer).toMatchObject({ kid: before.kid, state: 'active' });
    expect(kidOf(await machineToken(server))).toBe(before.kid);
    expect((await listKeys(server)).filter(({ state }) => state === 'next')).toHaveLength(1);
  });
});

describe('A key that does not exist', () => {
  it.each([
    ['could be one', UNKNOWN],
    ['is too short', 'x'],
    ['is too long', 'A'.repeat(4_000)],
    ['is a path', '..%2f..%2fetc'],
    ['is SQL', "'%20OR%201=1--"],
    ['has a NUL', '%00'],
    ['is a member of every object', '__proto__'],
    ['is a list', '%5B%5D'],
  ])('whose id %s is answered with 404', async (_, kid) => {
    for (const verb of ['retire', 'compromised']) {
      const answer = await call('POST', `/keys/${kid}/${verb}`, {});
      expect([verb, answer.status, answer.json().code]).toEqual([verb, 404, 'not_found']);
      const preview = await call('POST', `/keys/${kid}/compromised`, { dry_run: true });
      expect(preview.status).toBe(404);
    }
  });
});

describe('POST /keys/{kid}/compromised', () => {
  it.each([
    ['a preview in words', { dry_run: 'true' }],
    ['an empty reason', { reason: '' }],
    ['a reason that is too long', { reason: 'x'.repeat(501) }],
    ['a member nobody knows', { force: true }],
  ])('refuses %s and ends nothing', async (_, json) => {
    const { kid } = await active();
    expect((await call('POST', `/keys/${kid}/compromised`, json)).status).toBe(400);
    expect((await active()).kid).toBe(kid);
  });
});

describe('The document', () => {
  it('describes what is answered', async () => {
    const document = await openApi(server);
    const routes = routesOf(document).filter(({ path }) => path.startsWith('/keys'));
    expect(routes.map(({ method, path, scope }) => `${method} ${path} ${scope}`).sort()).toEqual([
      'GET /keys admin:keys:read',
      'POST /keys/rotate admin:keys',
      'POST /keys/{kid}/compromised admin:keys',
      'POST /keys/{kid}/retire admin:keys',
    ]);
    const { kid } = await active();
    const answers: Record<string, unknown> = {
      '/keys': (await call('GET', '/keys')).json(),
      '/keys/rotate': (await call('POST', '/keys/rotate')).json(),
      '/keys/{kid}/retire': (await call('POST', `/keys/${kid}/retire`)).json(),
      '/keys/{kid}/compromised': (await call('POST', `/keys/${kid}/compromised`, { dry_run: true })).json(),
    };
    for (const { path, operation } of routes) {
      const { schema } = operation.responses['200']!.content!['application/json']!;
      expect([path, mismatches(document, schema, answers[path])]).toEqual([path, []]);
    }
  });
});
