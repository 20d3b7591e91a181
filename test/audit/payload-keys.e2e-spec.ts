import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { AuditLog } from '../../src/audit/audit-log.js';
import type { AuditFact } from '../../src/audit/audit-fact.js';
import { EventMarks } from '../../src/audit/event-marks.js';
import { OwnEvents } from '../../src/audit/own-events.js';
import { EventSealing } from '../../src/audit/payloads/event-sealing.js';
import { LegalHolds } from '../../src/audit/payloads/legal-holds.js';
import { PAYLOAD_ENTITIES } from '../../src/audit/payloads/index.js';
import { PayloadSweep } from '../../src/audit/payloads/payload-sweep.js';
import { Payloads } from '../../src/audit/payloads/payloads.js';
import { Erasures } from '../../src/audit/payloads/erasures.js';
import { SubjectKeyResealing } from '../../src/audit/payloads/subject-key-resealing.js';
import { SubjectKeys } from '../../src/audit/payloads/subject-keys.js';
import type { AppConfig } from '../../src/config/index.js';
import { Sealer } from '../../src/sealing/index.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { startServer, type TestServer } from '../support/server.js';

const DAY_MS = 86_400_000;
const actor = { type: 'system' } as const;
const keysOf = (...versions: number[]) =>
  new Map(versions.map((version) => [version, Buffer.alloc(32, version)]));
let people = 0;
const someone = (): string => `00000000-0000-7000-8000-${String(++people).padStart(12, '0')}`;
const signedIn = (userId: string): AuditFact => ({
  type: 'auth.login.succeeded',
  userId,
  actor: { type: 'user', id: userId, display: 'p@example.com' },
});

/** A process of the audit room. */
interface Room {
  database: DataSource;
  audit: AuditLog;
  keys: SubjectKeys;
  payloads: Payloads;
  erasures: Erasures;
  holds: LegalHolds;
  reseal(): Promise<void>;
  sweep(now: number): Promise<void>;
  /** The statements that `work` caused. */
  statements(work: () => Promise<unknown>): Promise<string[]>;
}

describeOnPostgres('The keys of sealed details', () => {
  let server: TestServer;
  const rooms: Room[] = [];

  beforeAll(async () => {
    server = await startServer();
  });
  afterEach(async () => {
    for (const { database } of rooms.splice(0)) await database.destroy();
  });

  async function room(encryptionKeys = keysOf(1)): Promise<Room> {
    const said: string[] = [];
    const logger = { logQuery: (text: string) => said.push(text) };
    const database = await new DataSource({
      type: 'postgres',
      url: server.databaseUrl!,
      entities: PAYLOAD_ENTITIES,
      logging: ['query'],
      logger: { ...logger, ...silent },
    }).initialize();
    const config = { encryptionKeys, policies: { audit: { payloadDays: 30 } } } as unknown as AppConfig;
    const sealer = new Sealer(config);
    const keys = new SubjectKeys(database, sealer);
    const audit = new AuditLog(database, new EventMarks(sealer), new EventSealing(keys), new OwnEvents());
    const holds = new LegalHolds(database, audit);
    const made: Room = {
      database,
      audit,
      keys,
      holds,
      payloads: new Payloads(database, keys, audit),
      erasures: new Erasures(database, keys, holds, audit),
      reseal: () => new SubjectKeyResealing(database, sealer, keys).run(),
      sweep: (now) => new PayloadSweep(config, database).run(now),
      statements: async (work) => {
        said.length = 0;
        await work();
        return [...said];
      },
    };
    rooms.push(made);
    return made;
  }

  const opens = async ({ payloads }: Room, id: string): Promise<string> => {
    const opened = await payloads.open(id, { actor });
    return typeof opened === 'string' ? opened : 'opens';
  };

  it('cost no statement once they are known, and one before, for a decision and in a transaction', async () => {
    const one = await room();
    const decide = (who: string) => one.statements(() => one.audit.decide(signedIn(who)));
    const [first, second] = [someone(), someone()];
    expect(await decide(first)).toEqual([
      expect.stringMatching(/FROM audit_subject_keys/),
      expect.any(String),
    ]);
    expect(await decide(first)).toHaveLength(1);
    const record = (who: string) =>
      one.statements(() =>
        one.database.transaction((tx) => one.audit.record(tx, signedIn(who), signedIn(who))),
      );
    expect(await record(second)).toHaveLength(4);
    expect(await record(second)).toHaveLength(3);
    const [row] = await server.sql(
      'SELECT count(*)::int AS keys FROM audit_subject_keys WHERE subject = $1',
      [`user:${second}`],
    );
    expect(row).toEqual({ keys: 1 });
  });

  it('are not remembered when the transaction that stored them was rolled back, in whole or in part', async () => {
    const one = await room();
    const who = someone();
    const failed = one.database.transaction(async (tx) => {
      await one.audit.record(tx, signedIn(who));
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await opens(one, await one.audit.decide(signedIn(who)))).toBe('opens');
    const other = someone();
    await one.database.transaction(async (tx) => {
      await tx
        .transaction(async (part) => {
          await one.audit.record(part, signedIn(other));
          throw new Error('no');
        })
        .catch(() => undefined);
      await one.audit.record(tx, signedIn(other));
    });
    expect(await opens(one, await one.audit.decide(signedIn(other)))).toBe('opens');
    const lost = await server.sql(
      'SELECT 1 FROM audit_payloads p WHERE NOT EXISTS (SELECT 1 FROM audit_subject_keys k WHERE k.key_id = p.key_id)',
    );
    expect(lost).toEqual([]);
  });

  it('are made by many at once without anybody waiting, and whatever they sealed opens', async () => {
    const [one, two] = [await room(), await room()];
    const who = someone();
    const ids = await Promise.all(
      [one, two].flatMap((each) =>
        Array.from({ length: 10 }, (_, at) =>
          at % 2
            ? each.audit.decide(signedIn(who))
            : each.database.transaction((tx) => each.audit.record(tx, signedIn(who))).then(() => undefined),
        ),
      ),
    );
    for (const id of ids.filter((each) => each !== undefined)) expect(await opens(one, id)).toBe('opens');
    const { keys } = (await one.erasures.erase(who, { actor })) as { keys: number };
    expect(keys).toBeGreaterThan(0);
    for (const id of ids.filter((each) => each !== undefined)) expect(await opens(two, id)).toBe('erased');
  });

  it('are used by no replica any more soon after one destroyed them', async () => {
    const [one, two] = [await room(), await room()];
    const who = someone();
    await two.audit.decide(signedIn(who));
    await one.erasures.erase(who, { actor });
    await two.keys.forgetDestroyed();
    expect(await opens(one, await two.audit.decide(signedIn(who)))).toBe('opens');
  });

  it('leave the older version of ENCRYPTION_KEYS, but for those that were destroyed', async () => {
    const old = await room(keysOf(1));
    const [who, gone] = [someone(), someone()];
    const [id, ofGone] = [await old.audit.decide(signedIn(who)), await old.audit.decide(signedIn(gone))];
    await old.erasures.erase(gone, { actor });
    const both = await room(keysOf(1, 2));
    await both.reseal();
    const fresh = await room(keysOf(2));
    expect([await opens(fresh, id), await opens(fresh, ofGone)]).toEqual(['opens', 'erased']);
    expect(await opens(old, id)).toBe('key_not_configured');
    expect(await old.audit.decide(signedIn(who))).toEqual(expect.any(String));
  });

  it('do not open what was changed in the database, or moved to another event', async () => {
    const one = await room();
    const who = someone();
    const [first, second] = [await one.audit.decide(signedIn(who)), await one.audit.decide(signedIn(who))];
    await server.sql(
      'UPDATE audit_payloads SET sealed = (SELECT sealed FROM audit_payloads WHERE event_id = $2) WHERE event_id = $1',
      [first, second],
    );
    expect([await opens(one, first), await opens(one, second)]).toEqual(['damaged', 'opens']);
  });

  it('outlive short-lived payloads, which go after their days unless a legal hold keeps them; others stay', async () => {
    const one = await room();
    const [who, held] = [someone(), someone()];
    const called = (userId: string): AuditFact => ({
      type: 'mcp.tool.called',
      userId,
      tool: { name: 'notes_add', phase: 'decision', args: {}, argsSealed: { text: 'x' } },
    });
    const [short, kept, long] = [
      await one.audit.decide(called(who)),
      await one.audit.decide(called(held)),
      await one.audit.decide(signedIn(who)),
    ];
    await one.holds.set(held, { actor, reason: 'a lawsuit' });
    const all = async () => [await opens(one, short), await opens(one, kept), await opens(one, long)];
    await one.sweep(Date.now() + 29 * DAY_MS);
    expect(await all()).toEqual(['opens', 'opens', 'opens']);
    await one.sweep(Date.now() + 31 * DAY_MS);
    expect(await all()).toEqual(['expired', 'opens', 'opens']);
    await one.holds.lift(held, { actor });
    await one.sweep(Date.now() + 31 * DAY_MS);
    expect(await all()).toEqual(['expired', 'expired', 'opens']);
  });

  it('leave no payload behind whose event is gone', async () => {
    const one = await room();
    const id = await one.audit.decide(signedIn(someone()));
    await server.sql(
      `INSERT INTO audit_payloads SELECT '00000000-0000-7000-8000-000000000001', key_id, sealed, brief, retention
       FROM audit_payloads WHERE event_id = $1`,
      [id],
    );
    await one.sweep(Date.now());
    const left = await server.sql(
      "SELECT event_id FROM audit_payloads WHERE event_id = '00000000-0000-7000-8000-000000000001'",
    );
    expect([left, await opens(one, id)]).toEqual([[], 'opens']);
  });
});

const silent = {
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};
