import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { adminCall, adminToken, connect } from '../support/actors.js';
import { callTool } from '../support/mcp.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase, dropDatabase, query, withClient } from '../support/postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import { untilSealed } from '../audit/harness.js';

const TABLES = ['audit_events', 'audit_leaves', 'audit_nodes', 'audit_checkpoints'];

/** Everything by which a trail could be changed. */
const CHANGES = TABLES.flatMap((table) => [
  `UPDATE ${table} SET ${table === 'audit_nodes' ? 'level = 1' : 'ctid = NULL'}`.replace(
    'ctid = NULL',
    {
      audit_events: 'type = type',
      audit_leaves: 'seq = seq',
      audit_nodes: '',
      audit_checkpoints: 'jws = jws',
    }[table]!,
  ),
  `DELETE FROM ${table}`,
  `TRUNCATE ${table}`,
  `ALTER TABLE ${table} DISABLE TRIGGER USER`,
  `DROP TABLE ${table}`,
]);

/** The same for each part of the events, and one to be added past the table. */
const changesOf = (part: string): string[] => [
  `INSERT INTO ${part} SELECT * FROM audit_events LIMIT 1`,
  `UPDATE ${part} SET type = type`,
  `DELETE FROM ${part}`,
  `TRUNCATE ${part}`,
  `ALTER TABLE ${part} DISABLE TRIGGER USER`,
  `DROP TABLE ${part}`,
];

async function refusals(url: string, role?: string): Promise<string[]> {
  return withClient(url, async (client) => {
    const { rows: parts } = await client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND relname LIKE 'audit\\_events\\_%'`,
    );
    expect(parts.length).toBeGreaterThan(20);
    if (role) await client.query(`SET ROLE ${role}`);
    const states: string[] = [];
    for (const change of [...CHANGES, ...parts.flatMap(({ name }) => changesOf(name))])
      states.push(
        await client.query(change).then(
          () => `${change} was done`,
          (error: { code: string }) => error.code,
        ),
      );
    return states;
  });
}

/** A story that touches most tables, and ends sealed. */
async function play(server: TestServer): Promise<void> {
  const { tokens } = await connect(server);
  expect((await callTool(server, tokens.access_token, 'whoami')).status).toBe(200);
  const token = await adminToken(server);
  expect((await adminCall(server, 'GET', '/audit/events', { token })).status).toBe(200);
}

describeOnPostgres('The rights of the running server on the audit trail', () => {
  const login = `gatehouse_test_${randomBytes(4).toString('hex')}`;
  const poor = `${login}_owner`;
  let admin: string;

  beforeAll(async () => {
    admin = await createDatabase('empty');
    await query(admin, `CREATE ROLE ${login} LOGIN`);
    await query(admin, `CREATE ROLE ${poor} LOGIN`);
  });
  afterAll(async () => {
    await query(admin, `DROP OWNED BY ${login}`);
    await query(admin, `DROP ROLE ${login}, ${poor}`);
    await dropDatabase(admin);
  });

  const as = (url: string, user: string): string => {
    const other = new URL(url);
    other.username = user;
    return other.href;
  };

  it('are to add and to read, by a role that the owner gives up its own for', async () => {
    const server = await startServer();
    expect(server.output()).toContain(
      'as gatehouse_app this server can add to it and read it, and change nothing',
    );
    await play(server);
    await untilSealed(server);
    expect(new Set(await refusals(server.databaseUrl!, 'gatehouse_app'))).toEqual(new Set(['42501']));
  });

  it('are to add and to read, by a login that owns nothing', async () => {
    const database = as(admin, login);
    const server = await startServer({ database, env: { DATABASE_MIGRATION_URL: admin } });
    expect(server.output()).toContain(
      `as ${login} this server can add to it and read it, and change nothing`,
    );
    await play(server);
    await server.restart();
    await play(server);
    await server.stop();
    expect(new Set(await refusals(database))).toEqual(new Set(['42501']));
    // Once everything is there, the owner is not needed for a start.
    const alone = await startServer({ database });
    expect(alone.output()).toContain(`as ${login} this server can add`);
    await play(alone);
    await alone.stop();
  });

  it('are told to be too many where the database gives no role', async () => {
    const database = await createDatabase('empty');
    await query(database, `ALTER SCHEMA public OWNER TO ${poor}`);
    await query(database, `GRANT CREATE ON DATABASE "${new URL(database).pathname.slice(1)}" TO ${poor}`);
    const server = await startServer({ database: as(database, poor) });
    expect(server.output()).toContain('protected by triggers and signatures only');
    await play(server);
    await server.stop();
    await query(database, `REASSIGN OWNED BY ${poor} TO CURRENT_USER; DROP OWNED BY ${poor}`);
    await dropDatabase(database);
  });
});
