import type { DataSourceOptions } from 'typeorm';
import { MIGRATIONS } from '../../migrations/index.js';
import type { EmbeddedDatabase } from './embedded-database.js';

/** A lock or a statement that takes longer than this answers 503 instead of holding a request for ever. */
const STATEMENT_MS = 10_000;

/** How TypeORM reaches the database; hand-written migrations only, nothing is synchronised. */
export function dataSourceOptions(
  url: string | undefined,
  embedded: EmbeddedDatabase | null,
): DataSourceOptions {
  return {
    type: 'postgres',
    ...(url && { url }),
    ...(!url && { username: 'postgres', database: 'postgres' }),
    applicationName: 'gatehouse',
    migrations: [...MIGRATIONS],
    migrationsTableName: 'schema_migrations',
    synchronize: false,
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    logging: false,
    extra: embedded
      ? embedded.poolOptions
      : {
          max: 10,
          connectionTimeoutMillis: 3_000,
          statement_timeout: STATEMENT_MS,
          lock_timeout: STATEMENT_MS,
          idle_in_transaction_session_timeout: 2 * STATEMENT_MS,
          query_timeout: STATEMENT_MS + 2_000,
          keepAlive: true,
        },
  };
}
