import { expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { mcpCall } from '../support/actors.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { sleep } from '../support/server-process.js';
import type { TestServer } from '../support/server.js';
import {
  CachingVerifier,
  introspect,
  kidOf,
  kidsAt,
  MACHINE,
  machineToken,
  startReplicas,
  until,
} from './harness.js';

const CONFIG = { ...MACHINE, policies: { keys: { rotateEvery: '8s', announce: '5s' } } };
const LOAD_MS = 24_000;
const TIMEOUT_MS = 180_000;
const WORKERS = 2;

interface Seen {
  /** When a replica was first seen to publish a key: the answer had come by then. */
  readonly published: Map<string, number>[];
  /** When a token of a key was first asked for. */
  readonly signed: Map<string, number>;
  readonly tokens: string[];
  readonly failures: string[];
  verified: number;
}

const note = (map: Map<string, number>, kid: string, at: number): void => {
  if (!map.has(kid)) map.set(kid, at);
};

describeOnPostgres('Three replicas that rotate their keys', () => {
  it('refuse no token that was given out, and nobody meets a key nobody told of', async () => {
    const replicas = await startReplicas(3, CONFIG);
    const seen: Seen = {
      published: replicas.map(() => new Map()),
      signed: new Map(),
      tokens: [],
      failures: [],
      verified: 0,
    };
    const known = await kidsAt(replicas[0]!);
    const end = performance.now() + LOAD_MS;
    await Promise.all([
      ...replicas.map((_, index) => watch(replicas, index, seen, end)),
      ...replicas.flatMap((_, index) =>
        Array.from({ length: WORKERS }, () => work(replicas, index, seen, end)),
      ),
    ]);
    // eslint-disable-next-line no-console -- the figures belong to the run
    console.log(
      `${seen.tokens.length} tokens of ${seen.signed.size} keys, ${seen.verified} checks, ${seen.failures.length} failures`,
    );
    expect(seen.failures).toEqual([]);
    expect(seen.signed.size).toBeGreaterThanOrEqual(3);
    expect(seen.tokens.length).toBeGreaterThan(50);
    // What was new meanwhile was published everywhere before anybody could get a token of it.
    const fresh = [...seen.signed.keys()].filter((kid) => !known.includes(kid));
    expect(fresh.length).toBeGreaterThanOrEqual(2);
    for (const kid of fresh)
      for (const published of seen.published) expect(published.get(kid)).toBeLessThan(seen.signed.get(kid)!);
  });

  it(
    'each do a step once, and go on when one is killed in the middle',
    async () => {
      const replicas = await startReplicas(3, CONFIG);
      const [killed, ...living] = replicas as [TestServer, TestServer, TestServer];
      const before = await kidsAt(killed);
      const token = await machineToken(killed);
      const next = await until('a successor is announced', async () =>
        (await kidsAt(killed)).find((kid) => !before.includes(kid)),
      );
      await killed.kill();
      await until('it signs', async () => kidOf(await machineToken(living[0])) === next);
      for (const replica of living) {
        expect((await mcpCall(replica, token, 'tools/list')).status).toBe(200);
        await expect(new CachingVerifier(replica).verify(token)).resolves.toMatchObject({
          client_id: 'machine',
        });
      }
      await until(
        'one more rotation',
        async () => ![next, ...before].includes(kidOf(await machineToken(living[1]))),
      );
      const events = await living[0].sql<{ type: string; kid: string; times: number }>(
        `SELECT type, body->'targets'->0->>'id' AS kid, count(*)::int AS times FROM audit_events
       WHERE type LIKE 'key.%' GROUP BY 1, 2`,
      );
      expect(events.length).toBeGreaterThan(6);
      expect(events.filter(({ times }) => times !== 1)).toEqual([]);
      const states = await living[0].sql<{ state: string; n: number }>(
        'SELECT state, count(*)::int AS n FROM signing_keys GROUP BY 1',
      );
      expect(states.find(({ state }) => state === 'active')).toEqual({ state: 'active', n: 1 });
    },
    TIMEOUT_MS,
  );
});

/** Reads the key set of a replica again and again. */
async function watch(replicas: readonly TestServer[], index: number, seen: Seen, end: number): Promise<void> {
  while (performance.now() < end) {
    const kids = await kidsAt(replicas[index]!);
    for (const kid of kids) note(seen.published[index]!, kid, performance.now());
    await sleep(100);
  }
}

/** Gets tokens at one replica, verifies them with the key set of another, and uses them at a third. */
async function work(replicas: readonly TestServer[], index: number, seen: Seen, end: number): Promise<void> {
  const [issuer, teller, resource] = [0, 1, 2].map((n) => replicas[(index + n) % 3]!) as [
    TestServer,
    TestServer,
    TestServer,
  ];
  const verifier = new CachingVerifier(teller);
  while (performance.now() < end) {
    const askedAt = performance.now();
    const token = await machineToken(issuer);
    note(seen.signed, kidOf(token), askedAt);
    seen.tokens.push(token);
    // An old one, too: it is good until its time, whatever happened to its key.
    const old = seen.tokens[Math.floor(Math.random() * seen.tokens.length)]!;
    for (const [what, each] of [
      ['new', token],
      ['old', old],
    ] as const) {
      expect(decodeJwt(each).exp! * 1_000).toBeGreaterThan(Date.now());
      await verifier
        .verify(each)
        .catch((error: Error) => seen.failures.push(`${what}, ${kidOf(each)}: ${error.message}`));
      const { status } = await mcpCall(resource, each, 'tools/list');
      if (status !== 200) seen.failures.push(`${what}, ${kidOf(each)}: /mcp answered ${status}`);
      const { active } = (await introspect(resource, each)).json<{ active: boolean }>();
      if (!active) seen.failures.push(`${what}, ${kidOf(each)}: introspection does not know it`);
      seen.verified += 3;
    }
    await sleep(50);
  }
}
