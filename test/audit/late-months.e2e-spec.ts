import { randomBytes } from 'node:crypto';
import { afterEach, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { PROOF_ENTITIES } from '../../src/audit/proof/index.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase } from '../support/postgres.js';
import { roomOn } from './harness.js';
import { daysFromNow, onDay } from './retention-harness.js';

describeOnPostgres('An event whose id is of a month long ago', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('is sealed all the same, as soon as another number shows that one is missing', async () => {
    const url = await createDatabase();
    const database = await new DataSource({
      type: 'postgres',
      url,
      entities: PROOF_ENTITIES,
      extra: { max: 4 },
    }).initialize();
    const old = daysFromNow(-100);
    await database.query(`SELECT audit_make_partition('admin', $1)`, [old]);
    const room = await onDay(old, () => roomOn(database, `1:${randomBytes(32).toString('base64')}`));
    // Ids never go back, so that the old one has to be made first; it is committed when everybody has looked.
    const runner = database.createQueryRunner();
    await runner.startTransaction();
    await onDay(old, () => room.audit.record(runner.manager, { type: 'server.process.started' }));
    const [{ late }] = (await runner.query(
      'SELECT event_id AS late FROM audit_events ORDER BY arrival DESC LIMIT 1',
    )) as [{ late: string }];
    await room.seal();
    await runner.commitTransaction();
    await runner.release();
    await room.audit.decide({ type: 'server.process.started' });
    const isSealed = async () =>
      (await database.query('SELECT 1 FROM audit_leaves WHERE event_id = $1', [late])).length === 1;
    await room.seal();
    expect(await isSealed()).toBe(false);
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + 21_000);
    await room.seal();
    expect(await isSealed()).toBe(true);
    expect((await room.verification.verify(0, Infinity)).finding).toBeUndefined();
    await room.close();
  });
});
