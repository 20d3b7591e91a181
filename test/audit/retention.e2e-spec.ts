import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { placesDigest } from '../../src/audit/proof/archive-statement.js';
import { canonical, leafOf } from '../../src/audit/proof/canonical.js';
import { PlacesCursor, PlacesWriter } from '../../src/audit/proof/places.js';
import { rootByInclusion } from '../../src/audit/proof/tree-paths.js';
import { CompactSign } from 'jose';
import { adminCall, adminToken, connect } from '../support/actors.js';
import { callTool } from '../support/mcp.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { copyDatabase, dropDatabase, query } from '../support/postgres.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { auditRoom, exportToFile, toFile, untilSealed, verifyOffline, type AuditRoom } from './harness.js';
import { daysFromNow, retentionOf, type Retention } from './retention-harness.js';

const DAY = 86_400;
const NEXT_MONTH = Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() + 1);
/** So long after the 30 days that the events of this month are kept. */
const later = (days: number): Date => new Date(NEXT_MONTH + (30 + days) * DAY * 1_000);
const DETACHED = later(1);
const DROPPED = later(9);

describeOnPostgres('Retention of the audit trail', () => {
  let server: TestServer;
  let copy: string;
  let room: AuditRoom;
  let retention: Retention;

  beforeAll(async () => {
    server = await startServer();
    const token = await adminToken(server);
    const { tokens } = await connect(server);
    for (let n = 0; n < 20; n++) {
      await adminCall(server, 'GET', '/audit/event-types', { token });
      // Some checkpoints end with an event that will be archived.
      await callTool(server, tokens.access_token, 'whoami');
      if (n % 7 === 0) await untilSealed(server);
    }
    await server.stop();
    await untilSealed(server);
  });
  beforeEach(async () => {
    copy = await copyDatabase(server.databaseUrl!);
    room = await auditRoom(copy, server);
    retention = retentionOf(room, { toolCall: 30 * DAY });
  });
  afterEach(async () => {
    await room.close();
    await dropDatabase(copy);
  });
  afterAll(() => dropDatabase(server.databaseUrl!));

  const sql = <T = Record<string, unknown>>(text: string, values: unknown[] = []) =>
    query<T>(copy, text, values);
  const count = async (from: string) =>
    Number((await sql<{ n: string }>(`SELECT count(*) AS n FROM ${from}`))[0]!.n);
  const told = async () =>
    (
      await sql<{ type: string }>(
        `SELECT type FROM audit_events WHERE type LIKE 'audit.partition.%' ORDER BY arrival`,
      )
    ).map(({ type }) => type.replace('audit.partition.', ''));
  const verify = () => room.verification.verify(0, Infinity);
  const offline = async () => verifyOffline(await exportToFile(room));

  it('keeps every event in the partition of its class and month, and what fits in none in a default one', async () => {
    const parts = await sql<{ part: string; type: string }>(
      'SELECT DISTINCT tableoid::regclass::text AS part, type FROM audit_events',
    );
    const month = new Date().toISOString().slice(0, 7).replace('-', '_');
    const partOf = (type: string) => parts.filter((one) => one.type === type).map(({ part }) => part);
    expect(partOf('mcp.tool.called')).toEqual([`audit_events_tool_call_${month}`]);
    expect(partOf('token.issued')).toEqual([`audit_events_security_${month}`]);
    expect(partOf('admin.request.handled')).toEqual([`audit_events_admin_${month}`]);
    const odd = (id: string, retentionClass: string) =>
      sql<{ part: string }>(
        `INSERT INTO audit_events (event_id, retention, type, schema_version, time, severity, result, actor_type, body)
         VALUES ($1, $2, 'x', 1, now(), 'info', 'allowed', 'system', '{}') RETURNING tableoid::regclass::text AS part`,
        [id, retentionClass],
      );
    expect(await odd('ffffffff-ffff-4fff-bfff-ffffffffffff', 'admin')).toEqual([
      { part: 'audit_events_admin_other' },
    ]);
    expect(await odd('019a0000-0000-7000-8000-000000000000', 'new')).toEqual([
      { part: 'audit_events_other' },
    ]);
    const ahead = (await retention.list()).filter(
      ({ state, retention: kept }) => state === 'live' && kept === 'security',
    );
    expect(ahead).toHaveLength(3);
    expect(ahead.at(-1)!.to!.getTime()).toBeGreaterThan(daysFromNow(60).getTime());
  });

  it('lets nobody change a part of it, the owner neither: those there are, those to come, and those taken out', async () => {
    await sql(`SELECT audit_make_partition('verbose', now() + interval '2 years')`);
    await retention.run(DETACHED);
    const { name: detached } = await retention.find('tool_call', 'archived');
    const parts = await sql<{ name: string; rows: boolean }>(
      `SELECT c.relname AS name FROM pg_class c WHERE relkind IN ('r', 'p') AND relname LIKE 'audit\\_events%'`,
    );
    expect(parts.map(({ name }) => name)).toEqual(
      expect.arrayContaining([detached, 'audit_events_admin', 'audit_events_verbose_other']),
    );
    for (const { name } of parts) {
      await expect(sql(`TRUNCATE "${name}"`)).rejects.toThrow('append-only');
      if ((await count(`"${name}"`)) === 0) continue;
      await expect(sql(`UPDATE "${name}" SET severity = 'low'`)).rejects.toThrow('append-only');
      await expect(sql(`DELETE FROM "${name}"`)).rejects.toThrow('append-only');
    }
  });

  it('takes a partition whose time is over to an archive, waits, and drops it, and tells of each step', async () => {
    const before = await count(`audit_events WHERE retention = 'tool_call'`);
    await retention.run(daysFromNow(20));
    expect(await told()).toEqual([]);
    await retention.run(DETACHED);
    const archived = await retention.find('tool_call', 'archived');
    expect(archived).toMatchObject({ events: before, archive: { name: `${archived.name}.ndjson.gz` } });
    expect(archived.dropDue!.getTime()).toBe(DETACHED.getTime() + 7 * DAY * 1000);
    expect(await count(archived.name)).toBe(before);
    expect(await count(`audit_events WHERE retention = 'tool_call'`)).toBe(0);
    await retention.run(later(7));
    expect(await told()).toEqual(['detached', 'archived']);
    await retention.run(DROPPED);
    expect(await told()).toEqual(['detached', 'archived', 'dropped']);
    await expect(count(archived.name)).rejects.toThrow('does not exist');
    // The archive proves itself, with nothing but the file.
    const { code, output } = await verifyOffline(join(retention.folder, archived.archive!.name));
    expect(output).toContain(`OK: ${before} events`);
    expect(output).toContain(`all ${before} events of ${archived.name}, as its manifest says`);
    expect(code).toBe(0);
  });

  it('leaves every proof as it was: archived events are told as archived, in the database and in an export', async () => {
    const [event] = await sql<{ event_id: string; body: object }>(
      `SELECT event_id, body FROM audit_events WHERE type = 'mcp.tool.called' ORDER BY event_id OFFSET 3 LIMIT 1`,
    );
    const gone = await count(`audit_events WHERE retention = 'tool_call'`);
    const { jws, kid } = (await room.checkpoints.latest())!;
    const key = (await room.checkpoints.publicKeys()).get(kid);
    const kept = toFile(JSON.stringify({ checkpoint: jws, key }));
    await retention.run(DETACHED);
    await retention.run(DROPPED);
    const proof = (await room.proofs.proofOf(event!.event_id))!;
    const { seq } = proof.integrity;
    const root = rootByInclusion(
      seq,
      proof.checkpoint.claims.tree_size,
      leafOf(seq, canonical(event!.body)),
      proof.hashes.map((hash) => Buffer.from(hash, 'base64url')),
    );
    expect(root.toString('base64url')).toBe(proof.checkpoint.claims.root);
    const verified = await verify();
    expect(verified).toMatchObject({ archived: gone, archives: [expect.stringContaining('tool_call')] });
    expect(verified.finding).toBeUndefined();
    expect(verified.events + verified.archived).toBe(verified.sealed);
    const part = await room.verification.verify(seq - 2, seq + 3);
    expect(part.finding).toBeUndefined();
    expect(part.events + part.archived).toBe(5);
    // A checkpoint that was kept from before is compared as ever.
    const { code, output } = await verifyOffline(await exportToFile(room), '--checkpoint', kept);
    expect(output).not.toContain('Note:');
    expect(output).toMatch(new RegExp(`^OK: \\d+ events, ${gone} archived, \\d+ checkpoints`, 'm'));
    expect(code).toBe(0);
  });

  it('never takes out a partition with an event that is not sealed', async () => {
    await sql(
      `INSERT INTO audit_events (event_id, retention, type, schema_version, time, severity, result, actor_type, body)
       SELECT overlay(event_id::text placing '7fff' from 15)::uuid, retention, type, 1, time, severity, result, actor_type, body
       FROM audit_events WHERE type = 'mcp.tool.called' LIMIT 1`,
    );
    await retention.run(DETACHED);
    expect(await told()).toEqual([]);
    expect(await retention.find('tool_call', 'live')).toMatchObject({
      problem: '1 of its events are not sealed',
    });
  });

  it('waits for a stream that has yet to deliver events of it, unless that is paused', async () => {
    await sql(
      `INSERT INTO audit_streams SELECT gen_random_uuid(), 'siem', 'http', 'json', '{}', '{}', NULL, 'active', 3, 0, 5,
         now(), NULL, NULL, 0, NULL, NULL, now(), now()`,
    );
    await retention.run(DETACHED);
    expect(await retention.find('tool_call', 'live')).toMatchObject({
      problem: 'the stream siem has not delivered all of it',
    });
    await sql(`UPDATE audit_streams SET state = 'paused'`);
    await retention.run(DETACHED);
    expect(await told()).toEqual(['detached', 'archived']);
  });

  it('keeps a partition with events of somebody under legal hold, until that is lifted', async () => {
    await sql(
      `INSERT INTO audit_legal_holds (user_id, reason, set_by, set_at)
       SELECT DISTINCT user_id::uuid, 'case 4711', 'user', now() FROM audit_events WHERE type = 'mcp.tool.called'`,
    );
    await retention.run(DETACHED);
    expect(await told()).toEqual([]);
    expect(await retention.find('tool_call', 'live')).toMatchObject({
      problem: expect.stringMatching(/^it has events of [0-9a-f-]{36}, who is under legal hold$/),
    });
    await sql('DELETE FROM audit_legal_holds');
    await retention.run(DETACHED);
    expect(await told()).toEqual(['detached', 'archived']);
  });

  it('goes on where a process died, and misses no event in between', async () => {
    chmodSync(retention.folder, 0o500);
    const other = retentionOf(room, { toolCall: 30 * DAY }, `${retention.folder}/not-there`);
    await other.run(DETACHED);
    expect(await told()).toEqual(['detached']);
    expect(await retention.find('tool_call', 'detached')).toMatchObject({ problem: expect.any(String) });
    // It is off the table and in no archive yet.
    const between = await verify();
    expect([between.finding, between.archived, between.events]).toEqual([undefined, 0, between.sealed]);
    expect((await offline()).code).toBe(0);
    await other.run(DROPPED);
    expect(await told()).toEqual(['detached']);
    chmodSync(retention.folder, 0o700);
    await retention.run(DROPPED);
    await retention.run(later(17));
    expect(await told()).toEqual(['detached', 'archived', 'dropped']);
    expect(readdirSync(retention.folder)).toHaveLength(2);
    expect((await verify()).finding).toBeUndefined();
  });

  it.each<[string, (file: string) => void, string]>([
    ['is gone', (file) => rmSync(file), 'is not in the folder'],
    ['was changed', (file) => writeFileSync(file, readFileSync(file).subarray(0, -1)), 'was changed'],
  ])('drops nothing while its archive %s', async (_, spoil, problem) => {
    await retention.run(DETACHED);
    const { name } = await retention.find('tool_call', 'archived');
    spoil(join(retention.folder, `${name}.ndjson.gz`));
    await retention.run(DROPPED);
    expect(await retention.find('tool_call', 'archived')).toMatchObject({
      problem: expect.stringContaining(problem),
    });
    expect(await count(name)).toBeGreaterThan(0);
  });

  it('archives nothing that was changed after it was sealed', async () => {
    const { name } = await retention.find('tool_call', 'live');
    await sql(`ALTER TABLE "${name}" DISABLE TRIGGER USER; UPDATE audit_events SET body = body || '{"severity": "low"}'
      WHERE event_id = (SELECT min(event_id::text)::uuid FROM "${name}")`);
    await retention.run(DETACHED);
    await retention.run(DROPPED);
    expect(await told()).toEqual(['detached']);
    expect(await retention.find('tool_call', 'detached')).toMatchObject({
      problem: expect.stringContaining('was changed'),
    });
    expect((await verify()).finding).toMatchObject({ flaw: 'changed' });
  });

  it('takes out and drops nothing under a legal hold, and the trail says when one began and ended', async () => {
    const held = retentionOf(room, { toolCall: 30 * DAY, hold: 'case 4711' }, retention.folder);
    const look = (one: Retention, now: Date) => one.clock.look(now);
    await look(held, DETACHED);
    expect(await told()).toEqual([]);
    await retention.run(DETACHED);
    await held.run(DROPPED);
    expect(await told()).toEqual(['detached', 'archived']);
    await look(retentionOf(room, { toolCall: 30 * DAY, hold: 'case 4711' }), DROPPED);
    await look(retentionOf(room, { toolCall: 30 * DAY }, retention.folder), DROPPED);
    const holds = await sql<{ type: string; hold: string }>(
      `SELECT type, body->'details'->>'hold' AS hold FROM audit_events WHERE type LIKE 'audit.hold.%' ORDER BY arrival`,
    );
    expect(holds).toEqual([
      { type: 'audit.hold.started', hold: 'case 4711' },
      { type: 'audit.hold.ended', hold: 'case 4711' },
    ]);
  });

  it('is the work of one process at a time, and of the next one when that dies', async () => {
    const other = await auditRoom(copy, server);
    const [first, second] = [retention, retentionOf(other, { toolCall: 30 * DAY }, retention.folder)];
    await Promise.all([first.clock.look(DETACHED), second.clock.look(DETACHED)]);
    expect(await told()).toEqual(['detached', 'archived']);
    const dying = await auditRoom(copy, server);
    const runner = dying.database.createQueryRunner();
    await runner.query(`SELECT pg_advisory_lock(${0x6b656570})`);
    const third = retentionOf(other, { toolCall: 30 * DAY }, retention.folder);
    await third.clock.look(DROPPED);
    expect(await told()).toEqual(['detached', 'archived']);
    await runner.release();
    await dying.close();
    const fourth = retentionOf(other, { toolCall: 30 * DAY }, retention.folder);
    // The database notices a moment later that a connection is gone.
    for (let left = 20; left > 0 && !(await told()).includes('dropped'); left--) {
      await fourth.clock.look(DROPPED);
      await sleep(100);
    }
    expect(await told()).toEqual(['detached', 'archived', 'dropped']);
    await other.close();
  });

  describe('when the owner of the database', () => {
    const off = (table: string) => `ALTER TABLE "${table}" DISABLE TRIGGER USER;`;
    /** A live event of another class than the one that was taken out. */
    const victim = async () => {
      const [row] = await sql<{ seq: string; part: string; event_id: string }>(
        `SELECT seq, event_id, e.tableoid::regclass::text AS part FROM audit_leaves JOIN audit_events e USING (event_id)
         WHERE retention = 'security' ORDER BY seq DESC LIMIT 1`,
      );
      return { ...row!, seq: Number(row!.seq) };
    };

    beforeEach(async () => {
      await retention.run(DETACHED);
      await retention.run(DROPPED);
    });

    it('deletes a row of a live partition, the verifier names it', async () => {
      const { seq, part, event_id } = await victim();
      await sql(`${off(part)} DELETE FROM "${part}" WHERE event_id = '${event_id}'`);
      expect((await verify()).finding).toMatchObject({ flaw: 'missing', seq });
      expect((await offline()).output).toContain(`NOT WHOLE: missing. The event at seq ${seq} is missing`);
    });

    it('drops a live partition by hand, the verifier names its first event', async () => {
      const { part } = await victim();
      const [{ first }] = (await sql(
        `SELECT min(seq)::int AS first FROM audit_leaves JOIN "${part}" USING (event_id)`,
      )) as [{ first: number }];
      await sql(`DROP TABLE "${part}"`);
      expect((await verify()).finding).toMatchObject({ flaw: 'missing', seq: first });
      expect((await offline()).output).toContain(`NOT WHOLE: missing. The event at seq ${first} is missing`);
    });

    it('drops a live partition and writes that it was archived, the verifier names that', async () => {
      const { part } = await victim();
      await sql(
        `INSERT INTO audit_partitions SELECT $1, 'security', from_time, to_time, 'dropped', events, 0, 9999999, places,
           statement, archive, digest, bytes, NULL, detached_at, archived_at, dropped_at FROM audit_partitions`,
        [part],
      );
      await sql(`DROP TABLE "${part}"`);
      expect((await verify()).finding).toMatchObject({
        flaw: 'forged_archive',
        message: expect.stringContaining(part),
      });
      const { output } = await offline();
      expect(output).toContain(`NOT WHOLE: forged_archive. What says that ${part} was archived`);
    });

    it('adds a row to what was archived, and deletes it, the verifier names that', async () => {
      const { seq, part, event_id } = await victim();
      const [row] = await sql<{ places: Buffer; name: string }>('SELECT places, name FROM audit_partitions');
      const [cursor, writer] = [new PlacesCursor(row!.places), new PlacesWriter()];
      for (let at = 0; at < 500; at++) if (at === seq || cursor.at(at)) writer.add(at);
      await sql('UPDATE audit_partitions SET places = $1, first_seq = 0, last_seq = 9999', [writer.end()]);
      await sql(`${off(part)} DELETE FROM "${part}" WHERE event_id = '${event_id}'`);
      expect((await verify()).finding).toMatchObject({
        flaw: 'forged_archive',
        message: expect.stringContaining(row!.name),
      });
      expect((await offline()).output).toContain('NOT WHOLE: forged_archive.');
    });

    it('signs a statement with a key of their own for what they drop, the verifier names that', async () => {
      const { part } = await victim();
      const writer = new PlacesWriter();
      const lost = await sql<{ seq: string }>(
        `SELECT seq FROM audit_leaves JOIN "${part}" USING (event_id) ORDER BY seq`,
      );
      for (const { seq } of lost) writer.add(Number(seq));
      const places = writer.end();
      const [row] = await sql<{ statement: string }>('SELECT statement FROM audit_partitions');
      const [header, payload] = row!.statement
        .split('.')
        .map((one) => Buffer.from(one, 'base64url').toString());
      const claims = { ...(JSON.parse(payload!) as object), partition: part, places: placesDigest(places) };
      const forged = await new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader(JSON.parse(header!) as { alg: string })
        .sign(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
      await sql(
        `INSERT INTO audit_partitions SELECT $1, 'security', from_time, to_time, 'dropped', $2, $3, $4, $5, $6,
           archive, digest, bytes, NULL, detached_at, archived_at, dropped_at FROM audit_partitions`,
        [part, lost.length, lost[0]!.seq, lost.at(-1)!.seq, places, forged],
      );
      await sql(`DROP TABLE "${part}"`);
      const message = `What says that ${part} was archived is not what a key of this trail has signed.`;
      expect((await verify()).finding).toMatchObject({ flaw: 'forged_archive', message });
      expect((await offline()).output).toContain(`NOT WHOLE: forged_archive. ${message}`);
    });

    it('takes the statement away, its events are missing', async () => {
      await sql('DELETE FROM audit_partitions');
      expect((await verify()).finding).toMatchObject({ flaw: 'missing' });
    });
  });
});
