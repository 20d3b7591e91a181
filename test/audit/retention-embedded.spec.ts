import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { PROOF_ENTITIES } from '../../src/audit/proof/index.js';
import { RETENTION_ENTITIES } from '../../src/audit/retention/index.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { EmbeddedDatabase } from '../../src/database/embedded-database.js';
import { migrate } from '../../src/database/migrate.js';
import { temporaryFolder } from '../support/server.js';
import { roomOn, verifyOffline } from './harness.js';
import { daysFromNow, onDay, retentionOf } from './retention-harness.js';

it('retention works on the embedded database, with its one connection', async () => {
  const embedded = await EmbeddedDatabase.open(join(temporaryFolder(), 'data'));
  const database = await new DataSource({
    ...dataSourceOptions(undefined, embedded),
    entities: [...PROOF_ENTITIES, ...RETENTION_ENTITIES],
  }).initialize();
  await migrate(database, undefined);
  await database.query('SELECT audit_make_partition($1, $2)', ['admin', daysFromNow(-100)]);
  // Ids never go back, so that the oldest come first: that of the key that signs is one of them.
  const room = await onDay(daysFromNow(-100), async () => {
    const made = await roomOn(database, `1:${randomBytes(32).toString('base64')}`);
    for (let n = 0; n < 4; n++) await made.audit.decide({ type: 'server.process.started' });
    return made;
  });
  await room.seal();
  const retention = retentionOf(room, { admin: 30 * 86_400 }, undefined, { isEmbedded: true });
  await retention.clock.look();
  const { name, events } = await retention.find('admin', 'archived');
  expect(events).toBe(5);
  await retention.clock.look(daysFromNow(8));
  await retention.find('admin', 'dropped');
  const { finding, archived } = await room.verification.verify(0, Infinity);
  expect([finding, archived]).toEqual([undefined, 5]);
  expect((await verifyOffline(join(retention.folder, `${name}.ndjson.gz`))).code).toBe(0);
  const refused = database.query('TRUNCATE audit_events_admin_other');
  await expect(refused).rejects.toThrow('append-only');
  await database.destroy();
  await embedded.close();
});
