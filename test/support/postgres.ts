import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** The database that `DATABASE_URL` names; only there to make other databases beside it. */
export function adminUrl(): string {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error('DATABASE_URL is not set; guard the test with describeOnPostgres');
  return url;
}

/** A fresh database with the migrations run, or an empty one; dropped when the run ends. */
export async function createDatabase(kind: 'migrated' | 'empty' = 'migrated'): Promise<string> {
  const run = process.env.GATEHOUSE_TEST_RUN;
  const name = `gatehouse_test_${run}_${randomBytes(5).toString('hex')}`;
  const template = kind === 'migrated' ? `gatehouse_test_${run}_template` : 'template0';
  await asAdmin((admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  const url = new URL(adminUrl());
  url.pathname = `/${name}`;
  return url.href;
}

/** Another database with all that one has; nobody may be connected to that one. */
export async function copyDatabase(databaseUrl: string): Promise<string> {
  const url = new URL(databaseUrl);
  const name = `gatehouse_test_${process.env.GATEHOUSE_TEST_RUN}_${randomBytes(5).toString('hex')}`;
  await asAdmin((admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE "${url.pathname.slice(1)}"`));
  url.pathname = `/${name}`;
  return url.href;
}

export async function dropDatabase(databaseUrl: string): Promise<void> {
  const name = new URL(databaseUrl).pathname.slice(1);
  await asAdmin((admin) => admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`));
}

/** One statement on a connection of its own. */
export async function query<T>(databaseUrl: string, text: string, values: unknown[] = []): Promise<T[]> {
  return withClient(databaseUrl, async (client) => (await client.query(text, values)).rows as T[]);
}

/** A connection for tests that hold locks or listen; closed afterwards. */
export async function withClient<T>(databaseUrl: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function asAdmin(use: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const url = adminUrl();
  try {
    await withClient(url, use);
  } catch (error) {
    // invalid_catalog_name: the database that DATABASE_URL names does not exist yet.
    if (!(error instanceof pg.DatabaseError && error.code === '3D000')) throw error;
    const maintenance = new URL(url);
    maintenance.pathname = '/postgres';
    await withClient(maintenance.href, use);
  }
}
