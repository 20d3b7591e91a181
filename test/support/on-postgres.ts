import { describe } from '@jest/globals';
import { postgresBinaries } from './postgres-cluster.js';

/** For tests about concurrency, replicas and SQL: the embedded database has one connection and hides races. */
export function describeOnPostgres(name: string, tests: () => void): void {
  describeWhen(name, tests, needs('DATABASE_URL'));
}

/** For tests of what replicas share in Redis. */
export function describeOnPostgresAndRedis(name: string, tests: () => void): void {
  describeWhen(name, tests, needs('DATABASE_URL') ?? needs('REDIS_URL'));
}

/** For tests that stop a PostgreSQL server of their own. */
export function describeWithPostgresCluster(name: string, tests: () => void): void {
  const missing = postgresBinaries() ? undefined : 'initdb and pg_ctl were not found';
  describeWhen(name, tests, needs('DATABASE_URL') ?? missing);
}

const needs = (variable: string): string | undefined =>
  process.env[variable] ? undefined : `${variable} is not set`;

function describeWhen(name: string, tests: () => void, missing: string | undefined): void {
  if (missing) describe.skip(`${name} (skipped: ${missing})`, tests);
  else describe(name, tests);
}
