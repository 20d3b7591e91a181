import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { decodeJwt } from 'jose';
import { DataSource } from 'typeorm';
import { AlertWatch } from '../../src/audit/alerts/alert-watch.js';
import { AuditExport } from '../../src/audit/exports/audit-export.entity.js';
import type { ExportJobs } from '../../src/audit/exports/export-jobs.js';
import { ExportOrders } from '../../src/audit/exports/export-orders.js';
import { PROOF_ENTITIES } from '../../src/audit/proof/index.js';
import { SavedSearch } from '../../src/audit/saved-searches/saved-search.entity.js';
import { firstIdAt } from '../../src/audit/search/audit-conditions.js';
import { DueExports } from '../../src/audit/schedules/due-exports.js';
import { SCHEDULE_ENTITIES } from '../../src/audit/schedules/index.js';
import { adminCall, adminToken, attemptSignIn } from '../support/actors.js';
import { CookieJar } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { startServer, temporaryFolder, type TestServer } from '../support/server.js';
import { sleep } from '../support/server-process.js';
import { roomOn, untilSealed, verifyOffline, type AuditRoom } from './harness.js';

Logger.overrideLogger(false);

const HOUR_MS = 3_600_000;

interface Schedule {
  id: string;
  next_from: string;
}

interface Export {
  id: string;
  state: string;
  filters: { since: string; until: string };
  created_by: string;
  written_at?: string;
}

describeOnPostgres('Schedules of the audit trail', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let token: string;
  let room: AuditRoom;
  let due: DueExports[];
  let forged = 0;

  const call = async <T>(method: string, path: string, json?: object): Promise<T> => {
    const response = await adminCall(server, method, path, { token, ...(json && { json }) });
    expect([response.status, response.text.slice(0, 300)]).toEqual([
      method === 'POST' ? 201 : 200,
      expect.any(String),
    ]);
    return response.json<T>();
  };
  const made = async (schedule: string): Promise<Export[]> =>
    (await call<{ items: Export[] }>('GET', `/audit/exports?schedule_id=${schedule}`)).items.reverse();
  const until = async <T>(look: () => Promise<T | undefined | false>): Promise<T> => {
    for (const deadline = Date.now() + 45_000; Date.now() < deadline; await sleep(250)) {
      const found = await look();
      if (found) return found;
    }
    throw new Error(`It did not happen within 45 s: ${look.toString()}`);
  };

  beforeAll(async () => {
    mkdirSync(join(folder, 'exports'));
    server = await startServer({ config: { audit: { exportFolder: join(folder, 'exports') } } });
    token = await adminToken(server);
    const database = await new DataSource({
      type: 'postgres',
      url: server.databaseUrl!,
      entities: [...PROOF_ENTITIES, ...SCHEDULE_ENTITIES, AuditExport, SavedSearch],
      extra: { max: 4 },
    }).initialize();
    room = await roomOn(database, server.env.ENCRYPTION_KEYS!);
    const nobody = { look: () => undefined } as unknown as ExportJobs;
    due = [1, 2].map(() => new DueExports(database, new ExportOrders(database, nobody, room.audit)));
  });
  afterAll(() => room.close());

  /** As if it were so many hours after the first period of a schedule began, by two replicas at once. */
  const orderAt = async (begun: string, hours: number): Promise<void> => {
    await untilSealed(server, forged);
    await Promise.all(due.map((one) => one.order(Date.parse(begun) + hours * HOUR_MS)));
  };

  it('export each period once, one after the other, and write it with what was signed of it', async () => {
    const { id, next_from: begun } = await call<Schedule>('POST', '/audit/export-schedules', {
      ...{ name: 'hourly', format: 'json', period: 'hour' },
    });
    await orderAt(begun, 0.9);
    expect(await made(id)).toEqual([]);
    await orderAt(begun, 3.1);
    expect(await made(id)).toHaveLength(3);
    const exports = await until(async () => {
      const all = await made(id);
      return all.length === 3 && all.every((one) => one.written_at) && all;
    });
    const [first, second, third] = exports;
    expect(first).toMatchObject({ state: 'ready', created_by: 'schedule hourly' });
    expect(new Date(first!.filters.since).getTime() % HOUR_MS).toBe(0);
    expect([second!.filters.since, third!.filters.since]).toEqual([
      first!.filters.until,
      second!.filters.until,
    ]);
    const files = readdirSync(join(folder, 'exports'))
      .filter((name) => name.startsWith('hourly-'))
      .sort();
    expect(files).toHaveLength(6);
    const [file, manifest] = files.map((name) => join(folder, 'exports', name));
    const text = readFileSync(file!);
    expect(decodeJwt(readFileSync(manifest!, 'utf8').trim())).toMatchObject({
      export_id: first!.id,
      sha256: createHash('sha256').update(text).digest('hex'),
    });
    expect(text.toString()).toContain('audit.export_schedule.created');
    const { code, output } = await verifyOffline(file!);
    expect([code, output]).toEqual([0, expect.stringMatching(/^OK: \d+ events/m)]);
    const steps = await call<{ items: { details: { step: string } }[] }>(
      'GET',
      `/audit/events?type=audit.exported&target=${first!.id}&sort=time`,
    );
    expect(steps.items.map(({ details }) => details.step)).toEqual(['ordered', 'written']);
  });

  it('wait an hour for an event of their period that has no place in the trail, and no longer', async () => {
    const { id } = await call<{ id: string }>('POST', '/audit/export-schedules', {
      ...{ name: 'waits', format: 'csv', period: 'hour', state: 'paused' },
    });
    const [schedule] = await room.database
      .query<{ next_from: Date }[]>(
        `UPDATE audit_export_schedules SET next_from = next_from - interval '1 hour', next_until = next_from, state = 'active'
       WHERE id = $1 RETURNING next_from`,
        [id],
      )
      .then(([rows]) => rows as unknown as { next_from: Date }[]);
    const end = schedule!.next_from.getTime() + HOUR_MS;
    // The server seals nothing that it has not written.
    await room.database.query(
      `INSERT INTO audit_events (event_id, retention, type, schema_version, time, severity, result, actor_type, body)
       SELECT $1, retention, type, 1, time, severity, result, actor_type, body FROM audit_events
       WHERE type = 'server.process.started' LIMIT 1`,
      [firstIdAt(end - 1_000)],
    );
    forged = 1;
    for (const [now, count] of [
      [end + 30_000, 0],
      [end + HOUR_MS - 1, 0],
      [end + HOUR_MS + 1, 1],
    ] as const) {
      await due[0]!.order(now);
      expect([now - end, (await made(id)).length]).toEqual([now - end, count]);
    }
  });

  it('say when the folder is away, and write what is missing when it is back', async () => {
    const away = join(folder, 'exports');
    const { id, next_from: begun } = await call<Schedule>('POST', '/audit/export-schedules', {
      ...{ name: 'late', format: 'csv', period: 'hour' },
    });
    rmSync(away, { recursive: true, force: true });
    await orderAt(begun, 2.1);
    const path = `/audit/export-schedules/${id}`;
    const { problem } = await until(async () => {
      const schedule = await call<{ problem?: string }>('GET', path);
      return schedule.problem !== undefined && (schedule as { problem: string });
    });
    expect(problem).toBe('An export is not in the folder: ENOENT');
    // Two of them wait, and each look tries both: the log has it once.
    const waiting = (await made(id)).map((one) => one.id);
    expect(waiting).toHaveLength(2);
    await sleep(16_000);
    const told = server
      .output()
      .split('\n')
      .filter((line) => line.includes('could not be written'));
    expect(told.filter((line) => waiting.some((one) => line.includes(one)))).toHaveLength(1);
    mkdirSync(away);
    chmodSync(away, 0o700);
    await until(async () => (await made(id)).every((one) => one.written_at));
    expect(readdirSync(away).filter((name) => name.startsWith('late-'))).toHaveLength(4);
    expect(await call('GET', path)).not.toHaveProperty('problem');
  });

  it('raise an alert when a kept search finds too much, once in its window, whoever looks', async () => {
    const { id } = await call<{ id: string }>('POST', '/audit/saved-searches', {
      name: 'Guesses',
      filters: { type: ['auth.login.failed'] },
      alert: { threshold: 3, window_minutes: 10 },
    });
    const raised = async () =>
      (await call<{ items: object[] }>('GET', `/audit/events?type=audit.alert.raised&target=${id}`)).items;
    const look = () => Promise.all([1, 2, 3].map(() => new AlertWatch(room.database, room.audit).run()));
    const again = () =>
      room.database.query('UPDATE audit_saved_searches SET looked_at = NULL WHERE id = $1', [id]);
    for (let guess = 0; guess < 2; guess++)
      await attemptSignIn(server, new CookieJar(), { password: 'wrong' });
    await look();
    expect(await raised()).toEqual([]);
    await attemptSignIn(server, new CookieJar(), { password: 'wrong' });
    for (let times = 0; times < 3; times++) {
      await again();
      await look();
    }
    expect(await raised()).toEqual([
      expect.objectContaining({
        severity: 'high',
        details: expect.objectContaining({ search: 'Guesses', events: 3, window_seconds: 600 }),
      }),
    ]);
    expect(await call('GET', `/audit/saved-searches/${id}`)).toHaveProperty('alerted_at');
    // The next window has its own.
    await room.database.query(
      `UPDATE audit_saved_searches SET alerted_at = alerted_at - interval '11 minutes', looked_at = NULL WHERE id = $1`,
      [id],
    );
    await look();
    expect(await raised()).toHaveLength(2);
  });

  it('raise alerts although another kept search can no longer be counted', async () => {
    const kept = await Promise.all(
      ['Broken', 'Behind it'].map((name) =>
        call<{ id: string }>('POST', '/audit/saved-searches', {
          ...{ name, filters: { type: ['server.process.started'] } },
          alert: { threshold: 1, window_minutes: 60 },
        }),
      ),
    );
    const [broken, behind] = kept.map(({ id }) => id);
    await room.database.query(
      `UPDATE audit_saved_searches SET filters = '{"ip": "no address"}', looked_at = '-infinity' WHERE id = $1`,
      [broken],
    );
    await new AlertWatch(room.database, room.audit).run();
    const [alert] = await until(async () => {
      const found = (
        await call<{ items: object[] }>('GET', `/audit/events?type=audit.alert.raised&target=${behind}`)
      ).items;
      return found.length > 0 && found;
    });
    expect(alert).toMatchObject({ details: { search: 'Behind it' } });
  });
});
