import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { adminCall, adminToken, connect } from '../support/actors.js';
import { EventStream } from '../support/event-stream.js';
import type { HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase, withClient } from '../support/postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import { HttpCollector, SyslogCollector } from './collectors.js';

describeOnPostgres('streams of the audit trail over two replicas', () => {
  let one: TestServer;
  let two: TestServer;
  let token: string;
  const toStop: { stop(): void }[] = [];

  const call = (method: string, path: string, json?: object, server = one): Promise<HttpResponse> =>
    adminCall(server, method, path, { token, ...(json && { json }) });

  const newStream = async (json: object): Promise<{ id: string; secret: string }> => {
    const made = await call('POST', '/audit/streams', {
      name: 'siem',
      filters: { type: ['group.created'] },
      ...json,
    });
    expect([made.status, made.text.slice(0, 300)]).toEqual([201, expect.any(String)]);
    return made.json();
  };
  const show = async (id: string) => (await call('GET', `/audit/streams/${id}`)).json();

  /** Makes groups, on both replicas, and answers their ids in the order they were made. */
  async function newGroups(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n++) {
      const json = { name: `G ${randomUUID()}`, roles: [], members: [] };
      ids.push((await call('POST', '/groups', json, n % 2 ? one : two)).json().id as string);
    }
    return ids;
  }
  const idsOf = (events: readonly Record<string, unknown>[]): string[] =>
    events.map(({ targets }) => (targets as { id: string }[])[0]!.id);
  const until = async (met: () => unknown, ms = 20_000): Promise<void> => {
    for (const end = Date.now() + ms; !(await met()); await sleep(50))
      if (Date.now() > end) throw new Error(`Not met after ${ms} ms: ${met.toString()}`);
  };
  const http = async () => {
    const collector = await HttpCollector.start();
    toStop.push(collector);
    return collector;
  };

  beforeAll(async () => {
    const options = { database: await createDatabase(), config: { policies: { outboundLoopback: true } } };
    one = await startServer(options);
    two = await startServer({ ...options, env: { PUBLIC_URL: one.url } });
    token = await adminToken(one);
  });

  afterAll(() => toStop.forEach((collector) => collector.stop()));

  it('deliver every event in order, signed, through a time in which the collector fails', async () => {
    const collector = await http();
    const { id, secret } = await newStream({ kind: 'http', settings: { url: collector.url } });
    const before = await newGroups(3);
    await until(() => collector.events.length >= 3);
    collector.answer = () => 503;
    const during = await newGroups(4);
    await until(() => collector.refusals > 1);
    expect(await show(id)).toMatchObject({
      problem: 'http_503',
      attempts: expect.any(Number),
      state: 'active',
    });
    expect((await show(id)).lag.events).toBeGreaterThan(0);
    collector.answer = () => 200;
    const after = await newGroups(2);
    await until(() => collector.events.length >= 9);
    await until(async () => (await show(id)).lag.events === 0);
    expect([...new Set(idsOf(collector.events))]).toEqual([...before, ...during, ...after]);
    expect(idsOf(collector.events)).toHaveLength(9);
    for (const { headers, body } of collector.received) {
      const signed = `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${body}`;
      const expected = createHmac('sha256', secret).update(signed).digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${expected}`);
    }
    expect((await call('GET', `/audit/streams/${id}/dead-letters`)).json().items).toEqual([]);
    expect(await show(id)).toMatchObject({ delivered: 9, attempts: 0, has_secret: true });
    expect(JSON.stringify(await show(id))).not.toContain(secret);
    const [row] = await one.sql<{ secret: Buffer }>('SELECT secret FROM audit_streams WHERE id = $1', [id]);
    expect(row!.secret.toString('latin1')).not.toContain(secret);
  });

  it('give up an event that is refused again and again, say which, and go on with the next', async () => {
    const collector = await http();
    const { id } = await newStream({ kind: 'http', settings: { url: collector.url }, max_attempts: 2 });
    const [poison] = await newGroups(1);
    collector.answer = (body) => (body.includes(poison!) ? 422 : 200);
    const good = await newGroups(2);
    await until(() => collector.events.length >= 2);
    expect(idsOf(collector.events)).toEqual(good);
    const { items } = (await call('GET', `/audit/streams/${id}/dead-letters`)).json();
    expect(items).toEqual([
      expect.objectContaining({
        type: 'group.created',
        attempts: 2,
        problem: 'http_422',
        seq: expect.any(Number),
      }),
    ]);
    const event = (await call('GET', `/audit/events/${items[0].event_id}`)).json();
    expect(event.targets[0].id).toBe(poison);
    const told = (await call('GET', `/audit/events?type=audit.stream.gave_up&target=${id}`)).json().items;
    expect(told[0]).toMatchObject({
      severity: 'high',
      details: { event_id: items[0].event_id, attempts: 2 },
    });
  });

  it('reach a syslog listener by TLS, with counted octets, and only one whose certificate is vouched for', async () => {
    const collector = await SyslogCollector.start();
    toStop.push(collector);
    const settings = { host: 'localhost', port: collector.port };
    const { id } = await newStream({
      kind: 'syslog',
      format: 'cef',
      settings: { ...settings, ca: collector.ca },
    });
    const ids = await newGroups(5);
    await until(() => collector.messages.length >= 5);
    expect(collector.messages).toHaveLength(5);
    collector.messages.forEach((message, at) => {
      expect(message).toMatch(
        /^<108>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ gatehouse \d+ group\.created \[meta sequenceId="\d+"\] \ufeffCEF:0\|/,
      );
      expect(message).toContain(ids[at]);
    });
    expect((await call('POST', `/audit/streams/${id}/test`)).json()).toMatchObject({ ok: true });
    const other = await newStream({ kind: 'syslog', settings });
    expect((await call('POST', `/audit/streams/${other.id}/test`)).json()).toMatchObject({
      ok: false,
      problem: 'tls_failed',
    });
    await call('DELETE', `/audit/streams/${other.id}`);
  });

  it('reach an OpenTelemetry collector', async () => {
    const collector = await http();
    const secret = 'canary-of-a-token-5521';
    const { id } = await newStream({ kind: 'otlp', settings: { url: collector.url }, secret });
    const [group] = await newGroups(1);
    await until(() => collector.received.length > 0);
    const { headers, body } = collector.received[0]!;
    expect(headers).toMatchObject({ 'content-type': 'application/json', authorization: `Bearer ${secret}` });
    const { resourceLogs } = JSON.parse(body) as {
      resourceLogs: { scopeLogs: { logRecords: object[] }[] }[];
    };
    expect(resourceLogs[0]!.scopeLogs[0]!.logRecords).toEqual([
      expect.objectContaining({
        timeUnixNano: expect.stringMatching(/^\d{19}$/),
        severityNumber: 13,
        severityText: 'medium',
        eventName: 'group.created',
        body: { stringValue: expect.stringContaining(group!) },
      }),
    ]);
    expect(JSON.stringify((await call('GET', `/audit/events?target=${id}`)).json())).not.toContain(secret);
  });

  it('are paused, resumed and sent back', async () => {
    const collector = await http();
    const { id } = await newStream({ kind: 'http', settings: { url: collector.url } });
    const [first] = await newGroups(1);
    await until(() => collector.events.length === 1);
    expect((await call('POST', `/audit/streams/${id}/pause`)).json().state).toBe('paused');
    const [second] = await newGroups(1);
    await sleep(2_500);
    expect(idsOf(collector.events)).toEqual([first]);
    await call('POST', `/audit/streams/${id}/resume`);
    await until(() => collector.events.length === 2);
    const [{ time }] = collector.events as unknown as [{ time: string }];
    await call('POST', `/audit/streams/${id}/replay?from=${time}`);
    await until(() => collector.events.length >= 4);
    expect(idsOf(collector.events).slice(-2)).toEqual([first, second]);
    const types = (await call('GET', `/audit/events?target=${id}&sort=time`)).json().items;
    expect(types.map((event: { type: string }) => event.type)).toEqual([
      'audit.stream.created',
      'audit.stream.paused',
      'audit.stream.resumed',
      'audit.stream.replayed',
    ]);
  });

  it.each([
    [{ kind: 'http', settings: { url: 'http://169.254.169.254/latest' } }, 'settings.url'],
    [{ kind: 'http', settings: { url: 'https://10.0.0.1/x' } }, 'settings.url'],
    [{ kind: 'http', settings: { url: 'file:///etc/passwd' } }, 'settings.url'],
    [{ kind: 'http' }, 'settings.url'],
    [{ kind: 'syslog', settings: { host: '192.168.0.1', port: 6514 } }, 'settings.host'],
    [{ kind: 'syslog', settings: { host: 'a/b@c', port: 6514 } }, 'settings.host'],
    [{ kind: 'syslog', settings: { host: 'a.example' } }, 'settings.host'],
    [{ kind: 'smoke' }, 'kind'],
    [{ kind: 'http', format: 'csv', settings: { url: 'https://a.example' } }, 'format'],
  ])('are refused as %j', async (json, field) => {
    const response = await call('POST', '/audit/streams', { name: 'x', ...json });
    expect([response.status, response.json().errors[0].field]).toEqual([400, field]);
  });

  it('do not take a secret to another place than it was given for', async () => {
    const collector = await http();
    const { id } = await newStream({ kind: 'otlp', settings: { url: collector.url }, secret: 'a-token' });
    const moved = await call('PATCH', `/audit/streams/${id}`, {
      settings: { url: 'https://elsewhere.example' },
    });
    expect([moved.status, moved.json().errors[0].field]).toEqual([400, 'secret']);
  });

  it('and readers along miss nothing that is committed late, on either replica', async () => {
    const tails = [one, two].map(
      (server) =>
        new EventStream(`${server.base}/admin/v1/audit/tail?type=revocation.applied&type=group.created`, {
          authorization: `Bearer ${token}`,
        }),
    );
    expect(await Promise.all(tails.map(({ status }) => status))).toEqual([200, 200]);
    const { client } = await connect(one);
    await withClient(one.databaseUrl!, async (holder) => {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM clients WHERE id = $1 FOR UPDATE', [client.clientId]);
      // Its first event is written and waits for the commit, while others come after it and are sealed.
      const late = call('DELETE', `/clients/${client.clientId}`);
      await sleep(500);
      const [group] = await newGroups(1);
      for (const tail of tails) await tail.until(({ data }) => idsOf(data).includes(group!));
      await holder.query('COMMIT');
      expect((await late).status).toBe(200);
    });
    for (const tail of tails) {
      await tail.until(({ data }) =>
        data.some(({ type, client_id }) => type === 'revocation.applied' && client_id === client.clientId),
      );
      expect(tail.data.map(({ type }) => type)).toEqual(['group.created', 'revocation.applied']);
      tail.close();
    }
  });

  it('go on at the other replica when the one that delivers is killed', async () => {
    const collector = await http();
    await newStream({ kind: 'http', settings: { url: collector.url } });
    const before = await newGroups(2);
    await until(() => collector.events.length >= 2);
    await two.kill();
    const after: string[] = [];
    for (let n = 0; n < 3; n++)
      after.push(
        (await call('POST', '/groups', { name: `K ${randomUUID()}`, roles: [], members: [] })).json().id,
      );
    await until(() => collector.events.length >= 5, 45_000);
    expect([...new Set(idsOf(collector.events))]).toEqual([...before, ...after]);
    await two.restart();
  });
});
