import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { AuditLog } from '../../src/audit/audit-log.js';
import { canonical, leafOf } from '../../src/audit/proof/canonical.js';
import { isSignedBy, readJws, type CheckpointClaims } from '../../src/audit/proof/checkpoint.js';
import { TreeEdge } from '../../src/audit/proof/merkle.js';
import { adminCall, adminToken } from '../support/actors.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase } from '../support/postgres.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { auditRoom, untilSealed } from './harness.js';

const CHANGES: Record<string, string> = {
  audit_events: 'type = type',
  audit_leaves: 'seq = seq',
  audit_checkpoints: 'jws = jws',
};

describeOnPostgres('Sealing the audit trail', () => {
  let server: TestServer;
  let replica: TestServer;
  let audit: AuditLog;
  let database: DataSource;
  /** Events that will never be sealed. */
  let foreign = 0;

  beforeAll(async () => {
    const shared = await createDatabase();
    server = await startServer({ database: shared });
    replica = await startServer({ database: shared, env: { PUBLIC_URL: server.url } });
    ({ audit, database } = await auditRoom(shared, server));
  });
  afterAll(() => database.destroy());

  const checkpoints = () =>
    server.sql<{ jws: string }>('SELECT jws FROM audit_checkpoints ORDER BY tree_size');

  const typed = (type: string) =>
    server.sql<{ event_id: string; details: Record<string, unknown> }>(
      `SELECT event_id, body->'details' AS details FROM audit_events WHERE type = $1 ORDER BY event_id`,
      [type],
    );

  /** Recomputes everything from the rows, with nothing but the public key. */
  async function recompute(): Promise<void> {
    const rows = await server.sql<{ seq: string; hash: Buffer; body: unknown }>(
      `SELECT seq, leaf_hash AS hash, body FROM audit_leaves JOIN audit_events USING (event_id) ORDER BY seq`,
    );
    const [{ key }] = (await server.sql('SELECT public_jwk AS key FROM audit_keys')) as [{ key: object }];
    const claims = (await checkpoints()).map(({ jws }) => {
      expect(isSignedBy(jws, key)).toBe(true);
      return readJws(jws)!.payload as CheckpointClaims;
    });
    const roots = new Map(claims.map((claim) => [claim.tree_size, claim.root]));
    const tree = new TreeEdge();
    let met = 0;
    for (const { seq, hash, body } of rows) {
      expect(Number(seq)).toBe(tree.size);
      expect(hash).toEqual(leafOf(Number(seq), canonical(body)));
      tree.append(hash);
      if (!roots.has(tree.size)) continue;
      expect(tree.root().toString('base64url')).toBe(roots.get(tree.size));
      met++;
    }
    expect(met).toBe(claims.length);
    expect(new Set(claims.map((claim) => claim.chain_uid)).size).toBe(1);
    expect(claims.map((claim) => claim.time)).toEqual(claims.map((claim) => claim.time).sort());
  }

  it('gives every event of every replica one place, in an unbroken line, and keeps the roots of it', async () => {
    const token = await adminToken(server);
    await Promise.all(
      Array.from({ length: 600 }, (_, n) =>
        adminCall(n % 2 ? server : replica, 'GET', '/audit/event-types', { token }),
      ),
    );
    expect(await untilSealed(server, foreign)).toBeGreaterThan(600);
    await recompute();
  });

  it('rests when nothing happens', async () => {
    await untilSealed(server, foreign);
    const before = await checkpoints();
    await sleep(3_500);
    expect(await checkpoints()).toHaveLength(before.length);
    // One of each replica at most: they tell of it every ten minutes.
    expect((await typed('audit.checkpoint.signed')).length).toBeLessThanOrEqual(2);
  });

  it('does not pass over an event that is committed late, among others that are not', async () => {
    let commit!: () => void;
    const held = new Promise<void>((done) => (commit = done));
    let written!: () => void;
    const inserted = new Promise<void>((done) => (written = done));
    const slow = database.transaction(async (tx) => {
      await audit.record(tx, { type: 'server.process.started', details: { late: true } });
      written();
      await held;
    });
    await inserted;
    const lost = database.transaction(async (tx) => {
      await audit.record(tx, { type: 'server.process.started', details: { lost: true } });
      throw new Error('rolled back');
    });
    await expect(lost).rejects.toThrow('rolled back');
    for (let round = 0; round < 3; round++) {
      await audit.decide({ type: 'server.process.started' });
      await untilSealed(server, foreign);
      await sleep(500);
    }
    commit();
    await slow;
    await untilSealed(server, foreign);
    // Its place is after all that were sealed while it was not there yet.
    const late = await server.sql<{ after: number; behind: number }>(
      `SELECT (SELECT count(*)::int FROM audit_leaves WHERE seq < l.seq) AS after,
         (SELECT count(*)::int FROM audit_leaves o JOIN audit_events e USING (event_id)
          WHERE o.seq > l.seq AND e.type = 'server.process.started') AS behind
       FROM audit_leaves l JOIN audit_events USING (event_id) WHERE body->'details' ? 'late'`,
    );
    expect(late).toEqual([{ after: expect.any(Number), behind: 0 }]);
    expect(late[0]!.after).toBeGreaterThanOrEqual(3);
    await recompute();
  });

  it('seals no event that another has put there, and says so once', async () => {
    await untilSealed(server, foreign);
    const forged = await server.sql<{ event_id: string }>(
      `INSERT INTO audit_events (event_id, type, schema_version, time, severity, result, actor_type, body, mac)
       SELECT gen_random_uuid(), type, schema_version, time, severity, result, actor_type, body, m.mac
       FROM (SELECT * FROM audit_events ORDER BY event_id LIMIT 1) e,
         (VALUES (NULL), ('1.AAAA'), ((SELECT mac FROM audit_events ORDER BY event_id DESC LIMIT 1))) AS m (mac)
       RETURNING event_id`,
    );
    foreign = forged.length;
    await sleep(1_500);
    await audit.decide({ type: 'server.process.started' });
    await untilSealed(server, foreign);
    await sleep(1_500);
    await untilSealed(server, foreign);
    const told = await typed('audit.verification.failed');
    expect(told.map(({ details }) => details)).toEqual([
      expect.objectContaining({
        count: 3,
        event_ids: expect.arrayContaining(forged.map(({ event_id }) => event_id)),
      }),
    ]);
    await recompute();
  });

  it('takes what there was before there were marks, and nothing unmarked after that', async () => {
    const room = await auditRoom(await createDatabase(), server);
    const unmarked = (count: number) =>
      room.database.query(
        `INSERT INTO audit_events (event_id, type, schema_version, time, severity, result, actor_type, body)
         SELECT gen_random_uuid(), 'http.request.handled', 1, now(), 'info', 'allowed', 'system', '{}'
         FROM generate_series(1, $1)`,
        [count],
      );
    const sealed = async () =>
      Number((await room.database.query<{ n: string }[]>('SELECT count(*) AS n FROM audit_leaves'))[0]!.n);
    await unmarked(1_500);
    await room.seal();
    const before = await sealed();
    expect(before).toBeGreaterThanOrEqual(1_501);
    await unmarked(3);
    await room.seal();
    await room.seal();
    // The event that says so is sealed, they are not.
    expect(await sealed()).toBeLessThanOrEqual(before + 2);
    expect((await room.verification.verify(0, Infinity)).finding).toMatchObject({ flaw: 'added' });
    await room.close();
  });

  it.each(['audit_leaves', 'audit_nodes', 'audit_checkpoints', 'audit_events'])(
    'lets nobody change %s by mistake',
    async (table) => {
      await untilSealed(server, foreign);
      await expect(server.sql(`TRUNCATE ${table}`)).rejects.toThrow('append-only');
      if (table === 'audit_nodes') return;
      await expect(server.sql(`DELETE FROM ${table}`)).rejects.toThrow('append-only');
      await expect(server.sql(`UPDATE ${table} SET ${CHANGES[table]}`)).rejects.toThrow();
    },
  );
});
