import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { adminCall, adminToken } from '../support/actors.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase, dropDatabase, query } from '../support/postgres.js';
import { sleep } from '../support/server-process.js';
import { startServer, temporaryFolder, type TestServer } from '../support/server.js';
import { auditRoom, toFile, verifyOffline } from '../audit/harness.js';
import { daysFromNow, onDay } from '../audit/retention-harness.js';

interface Item {
  name: string;
  retention: string;
  state: string;
  from?: string;
  to?: string;
  events?: number;
  bytes?: number;
  problem?: string;
  detach_due?: string;
  drop_due?: string;
  archive?: { name: string; sha256: string };
}

describeOnPostgres('GET /admin/v1/audit/partitions', () => {
  const login = `gatehouse_test_${randomBytes(4).toString('hex')}`;
  const old = daysFromNow(-100);
  const folder = temporaryFolder();
  let owner: string;
  let database: string;
  let server: TestServer;
  let oldEvent: string;

  /** Starts the server as a login that owns nothing, with or without the owner's beside it. */
  const start = (env: Record<string, string>, retention: object) =>
    startServer({
      database,
      env: { ...env, ...(server && { PUBLIC_URL: server.url }) },
      config: { audit: { archiveFolder: folder, retention } },
    });

  beforeAll(async () => {
    owner = await createDatabase('empty');
    await query(owner, `CREATE ROLE ${login} LOGIN`);
    const url = new URL(owner);
    url.username = login;
    database = url.href;
    server = await start({ DATABASE_MIGRATION_URL: owner }, {});
    await server.stop();
    // What happened a hundred days ago.
    await query(owner, `SELECT audit_make_partition('admin', $1)`, [old]);
    const room = await auditRoom(owner, server);
    oldEvent = await onDay(old, () => room.audit.decide({ type: 'server.process.started' }));
    await room.seal();
    await room.close();
  });
  afterAll(async () => {
    await server.stop();
    await query(owner, `DROP OWNED BY ${login}; DROP ROLE ${login}`);
    await dropDatabase(owner);
  });

  const call = async <T>(method: string, path: string, body?: object) => {
    const response = await adminCall(server, method, path, {
      token: await adminToken(server),
      ...(body && { json: body }),
    });
    expect(response.status).toBe(200);
    return response.json<T>();
  };
  const items = async () => (await call<{ items: Item[] }>('GET', '/audit/partitions')).items;
  const until = async (state: string): Promise<Item> => {
    for (let left = 60; ; left--) {
      const found = (await items()).find((one) => one.state === state);
      if (found) return found;
      if (left === 0) throw new Error(`Nothing is ${state}: ${server.output().slice(-2_000)}`);
      await sleep(250);
    }
  };

  it('shows what is archived by whom owns the tables, and what is dropped after the wait', async () => {
    // Without the owner's login nothing is taken out, and that is said.
    server = await start({}, { admin: '30d', dropAfter: '1h' });
    expect(server.output()).toContain(
      'This server can make no partitions of the audit trail, and take none out',
    );
    const settings = await call<{ audit: object }>('GET', '/settings');
    expect(settings.audit).toMatchObject({ partitions: 'not_owner', retention: { admin: 30 * 86_400 } });
    const due = (await items()).find((one) => one.to && new Date(one.to) < daysFromNow(-40))!;
    expect(due).toMatchObject({ retention: 'admin', state: 'live', detach_due: expect.any(String) });
    await server.stop();

    server = await start({ DATABASE_MIGRATION_URL: owner }, { admin: '30d', dropAfter: '1h' });
    const archived = await until('archived');
    expect(archived).toMatchObject({ name: due.name, events: 1, drop_due: expect.any(String) });
    expect(archived.archive).toEqual({
      name: `${due.name}.ndjson.gz`,
      bytes: expect.any(Number),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(readdirSync(folder).sort()).toEqual([`${due.name}.manifest.json`, `${due.name}.ndjson.gz`]);
    const list = await items();
    expect(new Set(list.map(({ state }) => state))).toEqual(new Set(['live', 'default', 'archived']));
    expect(list.find(({ state }) => state === 'live')).toMatchObject({ bytes: expect.any(Number) });
    expect((await call<{ audit: object }>('GET', '/settings')).audit).toMatchObject({ partitions: 'kept' });
    await server.stop();

    server = await start({ DATABASE_MIGRATION_URL: owner }, { admin: '30d', dropAfter: '1s' });
    await until('dropped');
    const proof = await call<{ integrity: object }>('GET', `/audit/events/${oldEvent}/proof`);
    expect(proof.integrity).toMatchObject({ seq: expect.any(Number) });
    const verified = await call<{ ok: boolean }>('POST', '/audit/verify', {});
    expect(verified).toMatchObject({ ok: true, archived: 1, archives: [due.name] });
    const made = await adminCall(server, 'POST', '/audit/exports', {
      token: await adminToken(server),
      json: { format: 'json' },
    });
    const file = await adminCall(server, 'GET', `/audit/exports/${made.json<{ id: string }>().id}/download`, {
      token: await adminToken(server),
    });
    const { code, output } = await verifyOffline(toFile(file.text));
    expect(output).toContain(`, 1 archived, `);
    expect(output).toContain(`archived: ${due.name}`);
    expect(code).toBe(0);
    const { items: steps } = await call<{ items: { type: string; targets: object }[] }>(
      'GET',
      '/audit/events?type_prefix=audit.partition.',
    );
    expect(steps.map(({ type }) => type)).toEqual([
      'audit.partition.dropped',
      'audit.partition.archived',
      'audit.partition.detached',
    ]);
    expect(steps[0]!.targets).toEqual([{ type: 'audit_partition', id: due.name }]);
  }, 180_000);
});
