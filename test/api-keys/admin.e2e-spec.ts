import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken, connect } from '../support/actors.js';
import { startServer, type TestServer } from '../support/server.js';
import { sleep } from '../support/server-process.js';
import { asOperator, events } from '../oauth/harness.js';
import { adminClient } from '../users/harness.js';
import {
  askForKey,
  browserOf,
  idOf,
  newService,
  NO_LIMIT,
  ownKey,
  serviceKey,
  TAKES_KEYS,
  withKey,
} from './harness.js';

let server: TestServer;
let clientId: string;

beforeAll(async () => {
  const config = { ...TAKES_KEYS, limits: { ...NO_LIMIT, apiKeys: { ...NO_LIMIT.apiKeys, perOwner: 500 } } };
  server = await startServer({ config });
  clientId = await newService(server);
});

const call = (method: string, path: string, options = {}) =>
  asOperator(server, method, `/api-keys${path}`, options);
const DAY_MS = 86_400_000;

describe('POST /api-keys', () => {
  it('makes a key of a service, answers it once and keeps what tells nobody', async () => {
    const made = await askForKey(server, {
      client_id: clientId,
      name: 'Nightly report',
      scopes: ['mcp:tools:read'],
      expires_in: '7d',
    });
    const { api_key, ...view } = made.json<Record<string, string>>();
    expect(made.status).toBe(201);
    expect(made.headers['location']).toBe(`${server.url}/admin/v1/api-keys/${view['id']}`);
    expect(made.headers['cache-control']).toBe('no-store');
    expect(api_key).toMatch(/^gh_key_[A-Za-z0-9_-]{43}[0-9a-f]{8}$/);
    expect(view).toMatchObject({
      name: 'Nightly report',
      active: true,
      client_id: clientId,
      resource: `${server.url}/mcp`,
      scopes: ['mcp:tools:read'],
    });
    expect(Date.parse(view['expires_at']!) - Date.parse(view['created_at']!)).toBe(7 * DAY_MS);
    const shown = await call('GET', `/${view['id']}`);
    expect([shown.json(), shown.headers['etag']]).toEqual([view, made.headers['etag']]);
    const [event] = await events(server, { type: 'api_key.created', client_id: clientId });
    expect(event).toMatchObject({
      targets: [{ type: 'api_key', id: view['id'], display: 'Nightly report' }],
      token: { kind: 'api_key', jti: view['id'], scopes: ['mcp:tools:read'] },
      details: { holder: 'service' },
    });
    expect(JSON.stringify(event)).not.toContain(api_key!.slice(0, 20));
  });

  it('gives it the usual life when none is asked for', async () => {
    const { expires_at } = await serviceKey(server, clientId);
    const days = (Date.parse(expires_at) - Date.now()) / DAY_MS;
    expect(days).toBeGreaterThan(89.9);
    expect(days).toBeLessThan(90.1);
  });

  it.each([
    ['more than its client may', { scopes: ['admin:grants'] }, 'scopes'],
    ['what is about a person', { scopes: ['openid'] }, 'scopes'],
    ['a scope that there is not', { scopes: ['nope'] }, 'scopes'],
    ['a scope of another resource', { scopes: ['scim'] }, 'scopes'],
    ['nothing at all', { scopes: [] }, 'scopes'],
    ['longer than anybody may', { expires_in: '366d' }, 'expires_in'],
    ['for ever', { expires_in: '0s' }, 'expires_in'],
    ['for nobody', { client_id: 'nobody' }, 'client_id'],
    ['for no text', { client_id: 7 }, 'client_id'],
    ['without a name', { name: '' }, 'name'],
    ['by a name that is not for reading', { name: 'a\u0000b' }, 'name'],
    ['for a person', { user_id: randomUUID() }, 'user_id'],
  ])('refuses %s', async (_, over, field) => {
    const json = { client_id: clientId, name: 'n', scopes: ['mcp:tools:read'], ...over };
    const refused = await askForKey(server, json);
    expect([refused.status, refused.json().errors?.[0]?.field]).toEqual([400, field]);
  });

  it('is not for clients that prove nothing, or only act for people', async () => {
    const publicClient = await asOperator(server, 'POST', '/clients', {
      json: { name: 'App', redirect_uris: ['https://a.test/cb'], auth_method: 'none' },
    });
    const web = await asOperator(server, 'POST', '/clients', {
      json: { name: 'Web', redirect_uris: ['https://a.test/cb'], auth_method: 'client_secret_basic' },
    });
    for (const made of [publicClient, web]) {
      const json = { client_id: made.json().id, name: 'n', scopes: ['mcp:tools:read'] };
      expect((await askForKey(server, json)).status).toBe(400);
    }
  });

  it('gives nobody more administration than they have', async () => {
    const strong = await newService(server, ['admin:users', 'mcp:tools:read']);
    const token = await adminToken(server, 'admin:clients admin:grants');
    const json = { client_id: strong, name: 'n', scopes: ['admin:users'] };
    const refused = await adminCall(server, 'POST', '/api-keys', { json, token });
    expect([refused.status, refused.json().code]).toEqual([403, 'forbidden']);
  });

  it('asks a person for a recent sign-in', async () => {
    const old = await startServer({ config: { ...TAKES_KEYS, lifetimes: { adminSignIn: '1s' } } });
    const service = await newService(old);
    const client = await adminClient(old);
    const { tokens } = await connect(old, { client, scope: 'admin:clients', resource: `${old.url}/admin` });
    await sleep(2_100);
    const json = { client_id: service, name: 'n', scopes: ['mcp:tools:read'] };
    const refused = await adminCall(old, 'POST', '/api-keys', { json, token: tokens.access_token });
    expect([refused.status, refused.json().code]).toEqual([401, 'insufficient_user_authentication']);
    await old.stop();
  });

  it('makes none in a rehearsal, and one however often it is asked with one Idempotency-Key', async () => {
    const service = await newService(server);
    const json = { client_id: service, name: 'Once', scopes: ['mcp:tools:read'] };
    const dry = await call('POST', '?dry_run=true', { json });
    expect([dry.status, dry.json().dry_run, dry.json().answer.api_key]).toEqual([200, true, undefined]);
    expect(dry.json().would_record).toMatchObject([{ type: 'api_key.created' }]);
    expect(dry.text).not.toContain('gh_key_');
    const headers = { 'idempotency-key': randomUUID() };
    const [first, again] = [await askForKey(server, json, headers), await askForKey(server, json, headers)];
    expect([first.status, again.json().id]).toEqual([201, first.json().id]);
    expect((await call('GET', `?client_id=${service}`)).json().items).toHaveLength(1);
  });
});

describe('GET /api-keys', () => {
  it('finds them by whose they are, by what they may do and by their life', async () => {
    const service = await newService(server);
    const wide = await serviceKey(server, service, { scopes: ['mcp:tools:read', 'mcp:tools:execute'] });
    const brief = await serviceKey(server, service, { expires_in: '1h' });
    const over = await serviceKey(server, service);
    await call('DELETE', `/${over.id}`);
    const own = await idOf(server, await ownKey(server, await browserOf(server)));
    const { user_id } = (await call('GET', `/${own}`)).json();
    const ids = async (query: string) =>
      (await call('GET', `?limit=200&${query}`)).json().items.map(({ id }: { id: string }) => id);
    const of = `client_id=${service}`;
    expect(await ids(of)).toEqual([over.id, brief.id, wide.id]);
    expect(await ids(`${of}&active=true`)).toEqual([brief.id, wide.id]);
    expect(await ids(`${of}&active=false`)).toEqual([over.id]);
    expect(await ids(`${of}&scope=mcp:tools:execute`)).toEqual([wide.id]);
    expect(await ids(`${of}&resource=${server.url}/elsewhere`)).toEqual([]);
    const soon = new Date(Date.now() + 7_200_000).toISOString();
    expect(await ids(`${of}&expires_before=${soon}`)).toEqual([brief.id]);
    expect(await ids(`${of}&last_used_before=${soon}`)).toHaveLength(3);
    expect(await ids(`user_id=${user_id}`)).toContain(own);
    expect(await ids('holder=people')).toContain(own);
    expect(await ids('holder=people')).not.toContain(wide.id);
    expect(await ids('holder=services')).not.toContain(own);
    const counted = await call('GET', `?${of}&limit=1&count=capped`);
    expect(counted.json()).toMatchObject({ count: { value: 3, capped: false }, next: expect.any(String) });
    const next = await call('GET', `?${of}&limit=1&cursor=${counted.json().next}`);
    expect(next.json().items[0].id).toBe(brief.id);
    expect((await call('GET', '?holder=everybody')).status).toBe(400);
  });
});

describe('PATCH /api-keys/{id}', () => {
  it('gives a key another name, unless it has changed meanwhile', async () => {
    const { id, etag } = await serviceKey(server, clientId);
    const renamed = await call('PATCH', `/${id}`, { json: { name: 'New' }, headers: { 'if-match': etag } });
    expect([renamed.status, renamed.json().name]).toEqual([200, 'New']);
    const late = await call('PATCH', `/${id}`, { json: { name: 'Late' }, headers: { 'if-match': etag } });
    expect(late.status).toBe(412);
    const [event] = await events(server, { type: 'api_key.renamed', client_id: clientId });
    expect(event).toMatchObject({ change: { patch: [{ op: 'replace', path: '/name', value: 'New' }] } });
    for (const json of [{ name: '' }, { name: 'n', scopes: ['mcp:tools:execute'] }, { name: null }])
      expect((await call('PATCH', `/${id}`, { json })).status).toBe(400);
    expect((await call('PATCH', `/${randomUUID()}`, { json: { name: 'n' } })).status).toBe(404);
  });
});

describe('POST /api-keys/{id}/rotate', () => {
  it('replaces the secret at once and keeps the rest', async () => {
    const before = await serviceKey(server, clientId, { expires_in: '1d' });
    const rotated = await call('POST', `/${before.id}/rotate`, { json: { expires_in: '2d' } });
    const after = rotated.json<{ api_key: string; id: string; expires_at: string }>();
    expect([rotated.status, after.id]).toEqual([200, before.id]);
    expect(after.api_key).not.toBe(before.api_key);
    expect(Date.parse(after.expires_at) - Date.parse(before.expires_at)).toBeGreaterThan(0.9 * DAY_MS);
    expect((await withKey(server, before.api_key)).status).toBe(401);
    expect((await withKey(server, after.api_key)).status).toBe(200);
    const [event] = await events(server, { type: 'api_key.rotated', client_id: clientId });
    expect(JSON.stringify(event!['change' as never])).toContain('{"changed":true}');
  });

  it('does not bring back what is over, or give what the client has lost', async () => {
    const over = await serviceKey(server, clientId);
    await call('DELETE', `/${over.id}`);
    expect((await call('POST', `/${over.id}/rotate`)).status).toBe(409);
    const service = await newService(server);
    const { id } = await serviceKey(server, service, { scopes: ['mcp:tools:execute'] });
    const json = { scopes: ['mcp:tools:read'], allowed_scopes: ['mcp:tools:read'] };
    await asOperator(server, 'PATCH', `/clients/${service}`, { json });
    expect((await call('POST', `/${id}/rotate`)).status).toBe(400);
    expect((await call('POST', `/${randomUUID()}/rotate`)).status).toBe(404);
    expect((await call('POST', `/not-an-id/rotate`)).status).toBe(404);
  });
});

describe('DELETE /api-keys/{id}', () => {
  it('ends a key everywhere, with a reason and a receipt, once', async () => {
    const { id, api_key, etag } = await serviceKey(server, clientId);
    expect((await call('DELETE', `/${id}`, { headers: { 'if-match': '"other"' } })).status).toBe(412);
    const dry = await call('DELETE', `/${id}?dry_run=true`);
    expect(dry.json()).toMatchObject({ dry_run: true, would_record: [{ type: 'api_key.revoked' }] });
    expect((await withKey(server, api_key)).status).toBe(200);
    const json = { reason: 'found in a repository' };
    const ended = await call('DELETE', `/${id}`, { json, headers: { 'if-match': etag } });
    expect(ended.json()).toMatchObject({ ended: true, grants: 0, api_keys: 1, receipt: { acknowledged: 1 } });
    expect((await withKey(server, api_key)).status).toBe(401);
    expect((await call('DELETE', `/${id}`)).json()).toEqual({ ended: false, grants: 0, sessions: 0 });
    expect((await call('GET', `/${id}`)).json()).toMatchObject({
      active: false,
      revoked_reason: 'found in a repository',
    });
    const [event] = await events(server, { type: 'api_key.revoked', client_id: clientId });
    expect(event).toMatchObject({ details: { reason: 'found in a repository' } });
    expect((await call('DELETE', `/${randomUUID()}`)).status).toBe(404);
  });
});

describe('a key of a person', () => {
  it('can be ended by operators, but not be changed or renewed, which would make it theirs', async () => {
    const key = await ownKey(server, await browserOf(server));
    const id = await idOf(server, key);
    for (const [method, path, json] of [
      ['PATCH', '', { name: 'Mine now' }],
      ['POST', '/rotate', {}],
    ] as const) {
      const refused = await call(method, `/${id}${path}`, { json });
      expect([refused.status, refused.json().code]).toEqual([403, 'forbidden']);
      expect(refused.text).not.toContain('gh_key_');
    }
    expect((await withKey(server, key)).status).toBe(200);
    expect((await call('DELETE', `/${id}`)).json()).toMatchObject({ ended: true });
    expect((await withKey(server, key)).status).toBe(401);
  });
});
