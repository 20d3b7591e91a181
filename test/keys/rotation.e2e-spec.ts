import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken, mcpCall } from '../support/actors.js';
import { runToExit, startServer, type TestServer } from '../support/server.js';
import { CachingVerifier, keySet, kidOf, kidsAt, listKeys, MACHINE, machineToken, until } from './harness.js';

const POLICY = { rotateEvery: '9s', announce: '6s' };

describe('Rotation by policy', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer({ config: { ...MACHINE, policies: { keys: POLICY } } });
  });

  it('publishes a key before it signs, and keeps the one before while its tokens live', async () => {
    const before = new Set((await listKeys(server)).map(({ kid }) => kid));
    const next = await until('a successor', async () =>
      (await kidsAt(server)).find((kid) => !before.has(kid)),
    );
    const announcedAt = performance.now();
    // What is published does not sign yet.
    const token = await machineToken(server);
    const first = kidOf(token);
    expect(before).toContain(first);
    const { maxAge } = await keySet(server);
    await until('the successor signs', async () => kidOf(await machineToken(server)) === next);
    expect(performance.now() - announcedAt).toBeGreaterThan(maxAge * 1_000);

    const keys = await listKeys(server);
    expect(keys.find(({ kid }) => kid === next)).toMatchObject({ state: 'active', published: true });
    const retired = keys.find(({ kid }) => kid === first)!;
    expect(retired).toMatchObject({ state: 'retired', published: true, living_tokens: expect.any(Number) });
    expect(retired.living_tokens).toBeGreaterThan(0);
    // As long as the longest of its tokens, an hour, and a minute for clocks.
    const kept = Date.parse(retired.published_until!) - Date.parse(retired.retired_at!);
    expect(kept).toBe(3_660_000);
    expect(await kidsAt(server)).toContain(first);
    expect((await mcpCall(server, token, 'tools/list')).status).toBe(200);
    expect(await new CachingVerifier(server).verify(token)).toMatchObject({ client_id: 'machine' });
  });

  it('is told in the audit trail, each step once', async () => {
    await until(
      'a second rotation',
      async () => (await listKeys(server)).filter(({ state }) => state === 'retired').length >= 1,
    );
    const token = await adminToken(server);
    const path =
      '/audit/events?sort=time&limit=200&type=key.generated&type=key.announced&type=key.activated&type=key.retired';
    const { items } = (await adminCall(server, 'GET', path, { token })).json<{
      items: { type: string; actor: { type: string }; targets: { id: string }[]; details: { alg: string } }[];
    }>();
    const told = items.map(({ type, targets }) => `${type} ${targets[0]!.id}`);
    expect(new Set(told).size).toBe(told.length);
    const first = items[0]!.targets[0]!.id;
    expect(told.filter((text) => text.endsWith(first))).toEqual([
      `key.generated ${first}`,
      `key.activated ${first}`,
      `key.retired ${first}`,
    ]);
    for (const { actor, details } of items) expect([actor.type, details.alg]).toEqual(['system', 'ES256']);
  });

  it('may be kept by verifiers for less than a key is announced', async () => {
    const { maxAge } = await keySet(server);
    expect(maxAge).toBeGreaterThan(0);
    expect(maxAge).toBeLessThan(6);
  });
});

describe('A policy that cannot work', () => {
  it.each([
    [{ announce: '90d' }, 'policies.keys.announce must be shorter than policies.keys.rotateEvery'],
    [{ announce: '2s' }, 'policies.keys.announce must be at least 3s'],
    [{ algorithm: 'HS256' }, 'policies.keys.algorithm'],
    [{ algorithm: 'none' }, 'policies.keys.algorithm'],
    [{ additionalAlgorithms: ['RS256', 'RS256'] }, 'policies.keys.additionalAlgorithms'],
    [{ jwksUri: 'http://cdn.example.com/jwks.json' }, 'policies.keys.jwksUri is http'],
    [{ jwksUri: 'jwks.json' }, 'policies.keys.jwksUri'],
    [{ rotate: '90d' }, 'policies.keys.rotate is not a known setting'],
  ])('%j is refused at start', async (keys, problem) => {
    const { code, output } = await runToExit({ config: { policies: { keys } } });
    expect(code).not.toBe(0);
    expect(output).toContain(problem);
  });
});
