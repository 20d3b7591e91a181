import pg from 'pg';
import type { DataSource } from 'typeorm';
import { makePartitions } from './partitions.js';

/** "gate" in ASCII; every replica that starts takes this session-level advisory lock before it migrates. */
const MIGRATION_LOCK = 0x67617465;

/** Brings the schema up to date. Several replicas may start at once on an empty database: one migrates. */
export async function migrate(dataSource: DataSource, databaseUrl: string | undefined): Promise<void> {
  if (!databaseUrl) {
    await dataSource.runMigrations({ transaction: 'each' });
    await makePartitions(dataSource);
    return;
  }
  const guard = new pg.Client({ connectionString: databaseUrl });
  await guard.connect();
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await dataSource.runMigrations({ transaction: 'each' });
    await makePartitions(dataSource);
  } finally {
    await guard.end();
  }
}
