import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { canonical, leafOf } from '../../src/audit/proof/canonical.js';
import { isSignedBy, readJws } from '../../src/audit/proof/checkpoint.js';
import { rootByInclusion } from '../../src/audit/proof/tree-paths.js';
import { adminCall, adminToken } from '../support/actors.js';
import { get } from '../support/http.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';

interface Checkpoint {
  tree_size: number;
  root: string;
  jws: string;
}

let server: TestServer;
let token: string;

beforeAll(async () => {
  server = await startServer();
  token = await adminToken(server);
  await call('POST', '/audit/verify');
});

const call = (method: string, path: string, json?: object) =>
  adminCall(server, method, path, { token, ...(json && { json }) });

const latest = async () => {
  const response = await get(`${server.base}/.well-known/audit-checkpoint`);
  return { response, ...response.json<{ checkpoint: string; claims: Checkpoint; key: { kid: string } }>() };
};

/** Another event, and a checkpoint that covers it. */
async function another(): Promise<Checkpoint> {
  const before = (await latest()).claims.tree_size;
  await call('GET', '/audit/event-types');
  for (;;) {
    const { claims } = await latest();
    if (claims.tree_size > before) return claims;
    await sleep(100);
  }
}

describe('the public checkpoint', () => {
  it('is there for everybody, signed by a key that is not among those that sign tokens', async () => {
    const { response, checkpoint, claims, key } = await latest();
    expect(response.status).toBe(200);
    expect(response.headers['cache-control']).toBe('public, max-age=1');
    expect(response.headers['access-control-allow-origin']).toBe('*');
    expect(isSignedBy(checkpoint, key)).toBe(true);
    expect(readJws(checkpoint)).toEqual({
      header: { alg: 'ES256', kid: key.kid, typ: 'audit-checkpoint+jwt' },
      payload: claims,
    });
    expect(key).not.toHaveProperty('d');
    const { keys } = (await get(`${server.base}/oauth2/jwks`)).json<{ keys: { kid: string }[] }>();
    expect(keys.map(({ kid }) => kid)).not.toContain(key.kid);
  });

  it('takes nobody in as a token', async () => {
    const { checkpoint } = await latest();
    const refused = await adminCall(server, 'GET', '/audit/checkpoints', { token: checkpoint });
    expect(refused.status).toBe(401);
  });
});

describe('GET /audit/events/{id}/proof', () => {
  it('leads from the event to the signed root, as soon as the event is there', async () => {
    const refused = await adminCall(server, 'GET', '/audit/events', { token: 'garbage' });
    const id = refused.json().decision_id as string;
    const proof = (await call('GET', `/audit/events/${id}/proof`)).json();
    const event = (await call('GET', `/audit/events/${id}`)).json();
    const { seq, leaf_hash } = proof.integrity;
    const leaf = leafOf(seq, canonical(event));
    expect(leaf.toString('base64url')).toBe(leaf_hash);
    const hashes = proof.hashes.map((hash: string) => Buffer.from(hash, 'base64url'));
    const root = rootByInclusion(seq, proof.checkpoint.tree_size, leaf, hashes);
    expect(root.toString('base64url')).toBe(proof.checkpoint.root);
    expect(readJws(proof.checkpoint.jws)!.payload).toMatchObject({ root: proof.checkpoint.root });
  });

  it('is 404 for what is no event', async () => {
    expect((await call('GET', `/audit/events/${randomUUID()}/proof`)).status).toBe(404);
    expect((await call('GET', '/audit/events/x/proof')).status).toBe(404);
  });
});

describe('GET /audit/checkpoints', () => {
  it('lists them newest first, each naming the one before, and shows that one goes on from another', async () => {
    await another();
    await another();
    const { items, next } = (await call('GET', '/audit/checkpoints?limit=2')).json();
    const older = (await call('GET', `/audit/checkpoints?limit=2&cursor=${next}`)).json();
    const sizes: number[] = [...items, ...older.items].map((one: Checkpoint) => one.tree_size);
    expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => b - a));
    const path = `/audit/checkpoints/${sizes[0]}/consistency`;
    const shown = await call('GET', `${path}?from=${sizes[1]}`);
    expect([shown.status, shown.json().first, shown.json().second]).toEqual([200, items[1], items[0]]);
    expect(shown.json().hashes.length).toBeGreaterThan(0);
    expect((await call('GET', `${path}?from=${sizes[0]! + 1}`)).status).toBe(400);
    expect((await call('GET', '/audit/checkpoints/0/consistency?from=1')).status).toBe(404);
    expect((await call('GET', '/audit/checkpoints/99999999/consistency?from=1')).status).toBe(404);
  });
});

describe('POST /audit/verify', () => {
  it('finds the trail whole, and any part of it', async () => {
    const whole = (await call('POST', '/audit/verify')).json();
    expect(whole).toMatchObject({ ok: true, from: 0 });
    expect(whole.to).toBeLessThanOrEqual(whole.tree_size);
    expect(whole.events).toBe(whole.to);
    const part = await call('POST', '/audit/verify', { from: 2, to: 5 });
    expect(part.json()).toMatchObject({ ok: true, from: 2, to: 5, events: 3 });
  });

  it.each([
    { from: -1 },
    { from: '1' },
    { from: 3, to: 3 },
    { from: 1e9 },
    { from: 1.5 },
    { to: 0 },
    { to: 2 ** 60 },
    { other: 1 },
  ])('refuses %j', async (body) => {
    expect((await call('POST', '/audit/verify', body)).status).toBe(400);
  });

  it('needs the right to read the trail, and no right to change anything', async () => {
    const reader = await adminToken(server, 'admin:audit:read');
    expect((await adminCall(server, 'POST', '/audit/verify', { token: reader })).status).toBe(200);
    const other = await adminToken(server, 'admin:grants');
    expect((await adminCall(server, 'POST', '/audit/verify', { token: other })).status).toBe(403);
  });

  it('changes nothing, so that there is nothing to rehearse: what is found is always recorded', async () => {
    const rehearsed = await call('POST', '/audit/verify?dry_run=true');
    expect([rehearsed.status, rehearsed.json().errors[0].field]).toEqual([400, 'dry_run']);
    expect((await call('POST', '/audit/verify')).json().ok).toBe(true);
  });
});

describe('nothing of the trail can be changed by the API', () => {
  it.each(['PUT', 'PATCH', 'DELETE'])('%s is 405 everywhere', async (method) => {
    for (const path of [
      '/audit/events',
      '/audit/checkpoints',
      '/audit/verify',
      `/audit/events/${randomUUID()}`,
    ])
      expect([path, (await call(method, path)).status]).toEqual([path, 405]);
  });
});
