import { describeWhere, type Need } from './describe-where.js';
import { postgresBinaries } from './postgres-cluster.js';

/** For tests about concurrency, replicas and SQL: the embedded database has one connection and hides races. */
export const describeOnPostgres = (name: string, tests: () => void): void => onPostgres([], name, tests);

/** For tests of what replicas share in Redis. */
export const describeOnPostgresAndRedis = (name: string, tests: () => void): void =>
  onPostgres([REDIS], name, tests);

/** For tests that stop a PostgreSQL server of their own. */
export const describeWithPostgresCluster = (name: string, tests: () => void): void =>
  onPostgres(
    [
      {
        part: 'postgres-binaries',
        missing: postgresBinaries() ? undefined : 'initdb and pg_ctl were not found',
      },
    ],
    name,
    tests,
  );

const setting = (part: string, variable: string): Need => ({
  part,
  missing: process.env[variable] ? undefined : `${variable} is not set`,
});

export const REDIS = setting('redis', 'REDIS_URL');
const POSTGRES = setting('postgres', 'DATABASE_URL');

/** CI knows these tests by the end of their name. */
function onPostgres(needs: readonly Need[], name: string, tests: () => void): void {
  describeWhere([POSTGRES, ...needs], `${name} (on PostgreSQL)`, tests);
}
