import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken } from '../support/actors.js';
import type { HttpResponse } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let token: string;

const call = (method: string, path: string, json?: object): Promise<HttpResponse> =>
  adminCall(server, method, path, { token, ...(json && { json }) });
const schedule = (name: string, more: object = {}) => ({ name, format: 'csv', period: 'day', ...more });

beforeAll(async () => {
  server = await startServer();
  token = await adminToken(server);
});

describe('/audit/export-schedules', () => {
  it('keeps a schedule, changes it and forgets it, and the trail has each with what was different', async () => {
    const made = await call('POST', '/audit/export-schedules', schedule('daily'));
    expect([made.status, made.text.slice(0, 200)]).toEqual([201, expect.any(String)]);
    const today = `${new Date().toISOString().slice(0, 10)}T00:00:00.000Z`;
    const { id, ...rest } = made.json<{ id: string }>();
    expect(rest).toMatchObject({ name: 'daily', state: 'active', filters: {}, next_from: today });
    const filters = { type_prefix: ['key.'] };
    const changed = await call('PATCH', `/audit/export-schedules/${id}`, {
      ...{ filters, period: 'month', state: 'paused' },
    });
    const month = new Date(today);
    const next = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1)).toISOString();
    expect(changed.json()).toMatchObject({ filters, period: 'month', state: 'paused', next_until: next });
    expect((await call('GET', `/audit/export-schedules/${id}`)).json()).toEqual(changed.json());
    const list = (await call('GET', '/audit/export-schedules')).json<{ items: { id: string }[] }>();
    expect(list.items.map((one) => one.id)).toContain(id);
    expect((await call('DELETE', `/audit/export-schedules/${id}`)).status).toBe(200);
    expect((await call('GET', `/audit/export-schedules/${id}`)).status).toBe(404);
    const events = (await call('GET', `/audit/events?target=${id}&sort=time`)).json<{
      items: { type: string; change: { patch: { path: string }[] } }[];
    }>().items;
    expect(events.map(({ type }) => type.replace('audit.export_schedule.', ''))).toEqual([
      'created',
      'changed',
      'deleted',
    ]);
    expect(events[1]!.change.patch.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/period', '/state']),
    );
  });

  it('refuses a name that is taken, one that is no part of a file name, and a time, which the period says', async () => {
    await call('POST', '/audit/export-schedules', schedule('taken'));
    const again = await call('POST', '/audit/export-schedules', schedule('taken'));
    expect([again.status, again.json()]).toEqual([
      409,
      expect.objectContaining({ detail: 'Another schedule has the name' }),
    ]);
    for (const [field, body] of Object.entries({
      name: schedule('../../etc/cron.d/x'),
      period: schedule('a', { period: 'minute' }),
      format: schedule('a', { format: 'pdf' }),
      'filters.since': schedule('a', { filters: { since: '2026-01-01' } }),
      'filters.until': schedule('a', { filters: { until: '2026-01-01' } }),
    })) {
      const refused = await call('POST', '/audit/export-schedules', body);
      expect([field, refused.status]).toEqual([field, 400]);
      expect(refused.text).toContain(`"${field}"`);
    }
  });
});

describe('an alert on a kept search', () => {
  const search = (more: object) => ({ name: 'Failures', filters: { type: ['auth.login.failed'] }, ...more });
  const alert = { threshold: 10, window_minutes: 5 };

  it('is set, shown and taken away', async () => {
    const made = await call('POST', '/audit/saved-searches', search({ alert }));
    expect(made.json()).toMatchObject({ alert });
    const { id } = made.json<{ id: string }>();
    const renamed = await call('PATCH', `/audit/saved-searches/${id}`, { name: 'Other' });
    expect(renamed.json()).toMatchObject({ name: 'Other', alert });
    const without = await call('PATCH', `/audit/saved-searches/${id}`, { alert: null });
    expect([without.status, without.json()]).toEqual([200, expect.not.objectContaining({ alert })]);
  });

  it('is refused for text and for times, and beyond what can be counted', async () => {
    const { id } = (await call('POST', '/audit/saved-searches', search({ alert }))).json<{ id: string }>();
    for (const filters of [{ q: 'x' }, { since: '2026-01-01' }])
      for (const refused of [
        await call('POST', '/audit/saved-searches', search({ alert, filters })),
        await call('PATCH', `/audit/saved-searches/${id}`, { filters }),
      ])
        expect([refused.status, refused.text]).toEqual([400, expect.stringMatching(/"filters\.(q|since)"/)]);
    for (const wrong of [{ threshold: 0, window_minutes: 5 }, { threshold: 1, window_minutes: 1_441 }, {}])
      expect((await call('POST', '/audit/saved-searches', search({ alert: wrong }))).status).toBe(400);
  });
});
