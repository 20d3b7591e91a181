// The database every test database is copied from; plain JavaScript because Jest runs its global setup untransformed.
import pg from 'pg';

const PREFIX = 'gatehouse_test_';
/** Databases left behind by a run that was killed are dropped by a later run after this time. */
const STALE_MS = 3 * 3_600_000;

/** Makes `gatehouse_test_<run>_template` with the migrations run. */
export async function createTemplate(databaseUrl, run) {
  const name = `${PREFIX}${run}_template`;
  await withAdmin(databaseUrl, async (admin) => {
    await dropStale(admin);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
  });
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  await runMigrations(url.href);
}

/** Drops every database of this run. */
export async function dropRun(databaseUrl, run) {
  await withAdmin(databaseUrl, (admin) => drop(admin, (name) => name.startsWith(`${PREFIX}${run}_`)));
}

async function runMigrations(url) {
  const { prepareServer } = await import(new URL('../../dist/src/database/prepare.js', import.meta.url).href);
  await prepareServer({ url });
}

/** Connects to the database that DATABASE_URL names or, when that does not exist yet, to `postgres`. */
async function withAdmin(databaseUrl, use) {
  const client = await connect(databaseUrl).catch((error) => {
    if (error.code !== '3D000')
      throw new Error(`DATABASE_URL is set but PostgreSQL does not answer: ${error.message}`);
    const url = new URL(databaseUrl);
    url.pathname = '/postgres';
    return connect(url.href);
  });
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function connect(connectionString) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
}

async function dropStale(admin) {
  await drop(admin, (name) => {
    const started = parseInt(name.slice(PREFIX.length).split('_')[0].slice(0, -6), 36);
    return Number.isFinite(started) && Date.now() - started > STALE_MS;
  });
}

async function drop(admin, matches) {
  const { rows } = await admin.query('SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [
    PREFIX,
  ]);
  for (const { datname } of rows) {
    if (matches(datname)) await admin.query(`DROP DATABASE IF EXISTS "${datname}" WITH (FORCE)`);
  }
}
