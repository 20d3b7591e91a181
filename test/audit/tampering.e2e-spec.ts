import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { calculateJwkThumbprint, CompactSign, type JWK } from 'jose';
import { adminCall, adminToken, connect } from '../support/actors.js';
import { get } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { copyDatabase, dropDatabase, query } from '../support/postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import { auditRoom, exportToFile, toFile, untilSealed, verifyOffline, type AuditRoom } from './harness.js';

const SEQ = 20;
const AT = `event_id = (SELECT event_id FROM audit_leaves WHERE seq = ${SEQ})`;
/** Of each table and each part of it. */
const OFF = `DO $$ DECLARE part text; BEGIN
  FOR part IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    AND relname ~ '^audit_(events|leaves|nodes|checkpoints)'
  LOOP EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', part); END LOOP; END $$;`;

/** Takes everything from one place on away, as if it had never been. */
const cutAt = (seq: number): string => `
  DELETE FROM audit_events WHERE event_id NOT IN (SELECT event_id FROM audit_leaves WHERE seq < ${seq});
  DELETE FROM audit_leaves WHERE seq >= ${seq};
  DELETE FROM audit_checkpoints WHERE tree_size > ${seq};`;

describeOnPostgres('The owner of the database', () => {
  let server: TestServer;
  /** What an outsider kept: the public checkpoint, from before. */
  let kept: string;
  let eventId: string;
  let copy: string;
  let room: AuditRoom;

  beforeAll(async () => {
    server = await startServer();
    const token = await adminToken(server);
    await connect(server);
    for (let n = 0; n < 30; n++) await adminCall(server, 'GET', '/audit/event-types', { token });
    await untilSealed(server);
    for (let n = 0; n < 5; n++) await adminCall(server, 'GET', '/audit/event-types', { token });
    await untilSealed(server);
    kept = toFile((await get(`${server.base}/.well-known/audit-checkpoint`)).text);
    await server.stop();
    await untilSealed(server);
    const [row] = await query<{ id: string }>(
      server.databaseUrl!,
      `SELECT event_id AS id FROM audit_leaves WHERE seq = ${SEQ}`,
    );
    eventId = row!.id;
  });

  beforeEach(async () => {
    copy = await copyDatabase(server.databaseUrl!);
    room = await auditRoom(copy, server);
  });
  afterEach(async () => {
    await room.close();
    await dropDatabase(copy);
  });
  afterAll(() => dropDatabase(server.databaseUrl!));

  const tamper = (statements: string): Promise<unknown> => query(copy, OFF + statements);
  const offline = async () => verifyOffline(await exportToFile(room), '--checkpoint', kept);

  it('who changes nothing is found to have changed nothing', async () => {
    const { code, output } = await offline();
    expect(output).toMatch(/^OK: \d+ events, \d+ checkpoints, up to seq \d+$/m);
    expect(code).toBe(0);
    const nothing = await verifyOffline(`${kept}.not-there`);
    expect([nothing.code, nothing.output]).toEqual([2, expect.stringContaining('no such file')]);
    expect((await verifyOffline()).code).toBe(2);
    expect((await verifyOffline(kept)).code).toBe(1);
    const verified = await room.verification.verify(0, Infinity);
    expect(verified.finding).toBeUndefined();
    expect(verified.events).toBe(verified.sealed);
    const part = await room.verification.verify(5, 12);
    expect([part.finding, part.events, part.treeSize]).toEqual([undefined, 7, part.sealed]);
  });

  it.each<[string, string, { flaw: string; seq: number; event?: boolean }]>([
    [
      'changes an event',
      `UPDATE audit_events SET body = jsonb_set(body, '{severity}', '"low"') WHERE ${AT}`,
      { flaw: 'changed', seq: SEQ, event: true },
    ],
    ['deletes an event', `DELETE FROM audit_events WHERE ${AT}`, { flaw: 'missing', seq: SEQ }],
    [
      'deletes an event and its place',
      `DELETE FROM audit_events WHERE ${AT}; DELETE FROM audit_leaves WHERE seq = ${SEQ}`,
      { flaw: 'missing', seq: SEQ },
    ],
    [
      'exchanges two places',
      `UPDATE audit_leaves SET seq = -1 WHERE seq = ${SEQ};
       UPDATE audit_leaves SET seq = ${SEQ} WHERE seq = ${SEQ + 3};
       UPDATE audit_leaves SET seq = ${SEQ + 3} WHERE seq = -1`,
      { flaw: 'reordered', seq: SEQ },
    ],
    [
      'exchanges the bodies of two events',
      `UPDATE audit_events e SET body = o.body FROM audit_leaves l, audit_leaves k, audit_events o
       WHERE e.event_id = l.event_id AND k.event_id = o.event_id
         AND l.seq IN (${SEQ}, ${SEQ + 1}) AND k.seq = ${2 * SEQ + 1} - l.seq`,
      { flaw: 'changed', seq: SEQ },
    ],
    ['empties the table', 'TRUNCATE audit_events', { flaw: 'cut', seq: 0 }],
  ])('who %s is found out, and what it was is named', async (_, statements, { flaw, seq, event }) => {
    await tamper(statements);
    const { code, output } = await offline();
    expect(output).toContain(`NOT WHOLE: ${flaw}.`);
    expect(output).toMatch(new RegExp(`seq ${seq}(,|$)`, 'm'));
    if (event) expect(output).toContain(`event_id ${eventId}`);
    expect(code).toBe(1);
    const { finding } = await room.verification.verify(0, Infinity);
    expect(finding).toMatchObject({ flaw, seq });
    const told = await query(
      copy,
      `SELECT 1 FROM audit_events WHERE type = 'audit.verification.failed' AND reason = $1`,
      [flaw],
    );
    expect(told).toHaveLength(1);
  });

  it('who makes a column say something else, so that searches miss the event, is found out', async () => {
    await tamper(`UPDATE audit_events SET client_id = 'another' WHERE ${AT}`);
    expect((await room.verification.verify(0, Infinity)).finding).toMatchObject({
      flaw: 'changed',
      seq: SEQ,
      event_id: eventId,
      message: expect.stringContaining('client_id'),
    });
  });

  it('who changes an event and every hash above it is found out by the signature', async () => {
    await tamper(`UPDATE audit_events SET body = jsonb_set(body, '{severity}', '"low"') WHERE ${AT}`);
    const { canonical, leafOf } = await import('../../src/audit/proof/canonical.js');
    const [row] = await query<{ body: object }>(copy, `SELECT body FROM audit_events WHERE ${AT}`);
    await query(copy, `UPDATE audit_leaves SET leaf_hash = $1 WHERE seq = ${SEQ}`, [
      leafOf(SEQ, canonical(row!.body)),
    ]);
    const { code, output } = await offline();
    expect(output).toMatch(/NOT WHOLE: changed\. One of the events from seq \d+ to \d+ was changed/);
    expect(code).toBe(1);
    // With the keys of the server it is known which.
    expect((await room.verification.verify(0, Infinity)).finding).toMatchObject({
      flaw: 'changed',
      seq: SEQ,
      event_id: eventId,
    });
  });

  it('who adds an event, with an old time or a new one, finds it unsealed and named', async () => {
    await tamper(`
      INSERT INTO audit_events (event_id, type, schema_version, time, severity, result, actor_type, body, mac)
      SELECT '00000000-0000-7000-8000-00000000abcd', type, schema_version, '2020-01-01', severity, result, actor_type,
        jsonb_set(body, '{event_id}', '"00000000-0000-7000-8000-00000000abcd"'), mac
      FROM audit_events WHERE ${AT}`);
    await room.audit.decide({ type: 'server.process.started' });
    await room.seal();
    await room.seal();
    const { code, output } = await offline();
    expect(output).toContain('NOT WHOLE: added.');
    expect(output).toContain('event_id 00000000-0000-7000-8000-00000000abcd');
    expect(code).toBe(1);
    expect((await room.verification.verify(0, Infinity)).finding).toMatchObject({ flaw: 'added' });
  });

  it('who cuts off the end with its checkpoints is found out by a checkpoint that was kept', async () => {
    const [{ size }] = (await query<{ size: string }>(
      copy,
      'SELECT tree_size AS size FROM audit_checkpoints ORDER BY tree_size LIMIT 1',
    )) as [{ size: string }];
    await tamper(cutAt(Number(size)));
    const file = await exportToFile(room);
    expect((await verifyOffline(file)).code).toBe(0);
    const { code, output } = await verifyOffline(file, '--checkpoint', kept);
    expect(output).toContain('NOT WHOLE: cut.');
    expect(output).toContain(`the events from seq ${size} on are missing`);
    expect(code).toBe(1);
  });

  it('who brings an older state back, and lets it go on, is found out by a checkpoint that was kept', async () => {
    const [first] = await query<{ size: string }>(
      copy,
      'SELECT tree_size AS size FROM audit_checkpoints WHERE tree_size > 5 ORDER BY tree_size LIMIT 1',
    );
    await tamper(cutAt(Number(first!.size)));
    for (let n = 0; n < 120; n++) await room.audit.decide({ type: 'server.process.started' });
    await room.seal();
    const file = await exportToFile(room);
    expect((await verifyOffline(file)).code).toBe(0);
    const { code, output } = await verifyOffline(file, '--checkpoint', kept);
    expect(output).toContain('NOT WHOLE: other_history.');
    expect(code).toBe(1);
  });

  it('who empties everything and lets it begin anew is found out by a checkpoint that was kept', async () => {
    await tamper('TRUNCATE audit_events, audit_leaves, audit_nodes, audit_checkpoints RESTART IDENTITY');
    await room.audit.decide({ type: 'server.process.started' });
    await room.seal();
    const { code, output } = await offline();
    expect(output).toContain('NOT WHOLE: other_history.');
    expect(code).toBe(1);
  });

  it('who brings a key of their own, and signs with it, has signed nothing', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicKey.export({ format: 'jwk' }) as JWK;
    const kid = await calculateJwkThumbprint(jwk);
    await query(
      copy,
      `INSERT INTO audit_keys SELECT $1, $2, sealed_private, created_at - interval '1 day' FROM audit_keys`,
      [kid, { ...jwk, kid }],
    );
    const [last] = await query<{ jws: string }>(
      copy,
      'SELECT jws FROM audit_checkpoints ORDER BY tree_size DESC LIMIT 1',
    );
    const forged = await new CompactSign(Buffer.from(last!.jws.split('.')[1]!, 'base64url'))
      .setProtectedHeader({ alg: 'ES256', kid, typ: 'audit-checkpoint+jwt' })
      .sign(privateKey);
    await tamper(`UPDATE audit_checkpoints SET jws = '${forged}' WHERE jws = '${last!.jws}'`);
    await room.audit.decide({ type: 'server.process.started' });
    expect((await room.verification.verify(0, Infinity)).finding).toMatchObject({
      flaw: 'forged_checkpoint',
    });
    const told = await query(copy, `SELECT 1 FROM audit_events WHERE reason = 'tree_damaged'`);
    expect(told).toHaveLength(1);
  });

  it('who meddles with the stored hashes stops the sealing, and the trail says so', async () => {
    await tamper(
      `UPDATE audit_leaves SET leaf_hash = sha256('other') WHERE seq = (SELECT max(seq) FROM audit_leaves)`,
    );
    const before = await query(copy, 'SELECT jws FROM audit_checkpoints');
    await room.audit.decide({ type: 'server.process.started' });
    await room.seal();
    expect(await query(copy, 'SELECT jws FROM audit_checkpoints')).toEqual(before);
    const told = await query(copy, `SELECT 1 FROM audit_events WHERE reason = 'tree_damaged'`);
    expect(told).toHaveLength(1);
  });
});
