import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken, connect } from '../support/actors.js';
import { request, type HttpResponse } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { openApi, routesOf } from './routes.js';

let server: TestServer;
let token: string;

interface Event {
  event_id: string;
  type: string;
  time: string;
  outcome: { result: string; reason_code?: string; http_status?: number };
  actor: { type: string; id?: string };
  request: Record<string, string>;
  [member: string]: unknown;
}

beforeAll(async () => {
  server = await startServer();
  token = await adminToken(server);
  await connect(server);
});

const search = async (query: string): Promise<{ items: Event[]; next?: string }> =>
  (await adminCall(server, 'GET', `/audit/events?${query}`, { token })).json();

/** What the trail has for one request. */
async function eventsOf(
  send: (headers: Record<string, string>) => Promise<HttpResponse>,
): Promise<{ response: HttpResponse; events: Event[] }> {
  const correlationId = randomUUID();
  const response = await send({ 'x-correlation-id': correlationId });
  const { items } = await search(`correlation_id=${correlationId}`);
  return { response, events: items };
}

describe('every request to the admin API leaves exactly one event', () => {
  it('when it is refused for want of credentials', async () => {
    for (const { method, path } of routesOf(await openApi(server))) {
      const url = `${server.base}/admin/v1${path.replace(/\{\w+\}/g, randomUUID())}`;
      const { response, events } = await eventsOf((headers) => request(method, url, { headers }));
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({
        event_id: response.headers['x-decision-id'],
        type: 'admin.request.handled',
        outcome: { result: 'denied', reason_code: 'credentials_missing', http_status: 401 },
        actor: { type: 'anonymous' },
        request: { method, route: new URL(url).pathname },
      });
    }
  });

  it('when a scope is missing, with what was needed and what there was', async () => {
    const reader = await adminToken(server, 'admin:grants:read');
    const { response, events } = await eventsOf((headers) =>
      adminCall(server, 'GET', '/users', { token: reader, headers }),
    );
    expect(response.status).toBe(403);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      event_id: response.json().decision_id,
      outcome: { result: 'denied', reason_code: 'insufficient_scope', http_status: 403 },
      actor: { type: 'client', id: 'ops' },
      authz: {
        required: ['admin:users:read'],
        granted: ['admin:grants:read'],
        missing: ['admin:users:read'],
      },
    });
  });

  it.each([
    ['GET', '/grants', 200],
    ['GET', '/users', 200],
    ['GET', '/clients/ops', 200],
    ['GET', '/audit/event-types', 200],
    ['GET', '/grants?limit=0', 400],
    ['GET', '/grants/x', 404],
    ['DELETE', '/audit/events', 405],
    ['GET', '/nothing', 404],
  ])('when %s %s is answered %d', async (method, path, status) => {
    const { response, events } = await eventsOf((headers) =>
      adminCall(server, method, path, { token, headers }),
    );
    expect(response.status).toBe(status);
    expect(events.map(({ type }) => type)).toEqual(['admin.request.handled']);
    expect(events[0]!.outcome.result).toBe(status === 200 ? 'allowed' : 'denied');
  });

  it('when something is ended, and that event tells what, by whom and why', async () => {
    const { client } = await connect(server);
    const [{ id }] = (
      await adminCall(server, 'GET', `/grants?client_id=${client.clientId}`, { token })
    ).json().items;
    const ended = await eventsOf((headers) =>
      adminCall(server, 'DELETE', `/grants/${id}`, { token, headers, json: { reason: 'test over' } }),
    );
    expect(ended.events).toHaveLength(1);
    expect(ended.events[0]).toMatchObject({
      type: 'revocation.applied',
      outcome: { result: 'allowed' },
      actor: { type: 'client', id: 'ops' },
      grant_id: id,
      details: { reason: 'test over' },
    });
    const again = await eventsOf((headers) =>
      adminCall(server, 'DELETE', `/grants/${id}`, { token, headers }),
    );
    expect(again.events.map(({ type }) => type)).toEqual(['admin.request.handled']);
  });
});

describe('searching the audit trail', () => {
  it('is itself in the trail, with what was searched for', async () => {
    const { events } = await eventsOf((headers) =>
      adminCall(server, 'GET', '/audit/events?type=token.issued&limit=1', { token, headers }),
    );
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      type: 'audit.searched',
      actor: { type: 'client', id: 'ops' },
      details: { filters: { type: ['token.issued'], limit: 1 }, returned: 1 },
    });
  });

  it('is in the trail for a single event too', async () => {
    const [event] = (await search('limit=1')).items;
    const { response, events } = await eventsOf((headers) =>
      adminCall(server, 'GET', `/audit/events/${event!.event_id}`, { token, headers }),
    );
    expect(response.json()).toEqual(event);
    expect(events).toMatchObject([{ type: 'audit.searched', details: { event_id: event!.event_id } }]);
  });

  it('walks through everything once, in either direction', async () => {
    const until = new Date().toISOString();
    const walk = async (sort: string): Promise<string[]> => {
      const ids: string[] = [];
      let cursor = '';
      do {
        const page = await search(`until=${until}&sort=${sort}&limit=3${cursor && `&cursor=${cursor}`}`);
        ids.push(...page.items.map((event) => event.event_id));
        cursor = page.next ?? '';
      } while (cursor);
      return ids;
    };
    const [oldest, newest] = [await walk('time'), await walk('-time')];
    expect(oldest.length).toBeGreaterThan(6);
    expect(new Set(oldest).size).toBe(oldest.length);
    expect(oldest).toEqual([...newest].reverse());
    expect(oldest).toEqual([...oldest].sort());
  });

  it('narrows by type, outcome, actor, client, grant and time', async () => {
    const { client } = await connect(server);
    const [grant] = (await adminCall(server, 'GET', `/grants?client_id=${client.clientId}`, { token })).json()
      .items;
    const types = async (query: string) =>
      new Set((await search(`${query}&limit=200`)).items.map((event) => event.type));
    expect(await types('type=token.issued&type=client.registered')).toEqual(
      new Set(['token.issued', 'client.registered']),
    );
    expect([...(await types('type_prefix=token.'))].every((type) => type.startsWith('token.'))).toBe(true);
    expect(
      (await search('outcome=denied&limit=200')).items.every((event) => event.outcome.result === 'denied'),
    ).toBe(true);
    expect((await search(`actor=ops&limit=200`)).items.every((event) => event.actor.id === 'ops')).toBe(true);
    expect(await search(`client=${client.clientId}&type=token.issued`)).toEqual(
      await search(`client_id=${client.clientId}&type=token.issued`),
    );
    expect((await search(`grant=${grant.id}&type=token.issued`)).items).toHaveLength(1);
    expect((await search(`grant_id=${grant.id}&user_id=${randomUUID()}`)).items).toEqual([]);
    expect((await search('since=2999-01-01')).items).toEqual([]);
    expect((await search('until=2020-01-01T00:00:00%2B02:00')).items).toEqual([]);
  });
});

describe('GET /audit/event-types', () => {
  it('knows every type there is an event of', async () => {
    const { items } = (await adminCall(server, 'GET', '/audit/event-types', { token })).json();
    const known = new Set(items.map((item: { type: string }) => item.type));
    for (const event of (await search('limit=200')).items) expect(known).toContain(event.type);
    expect(items).toContainEqual(
      expect.objectContaining({
        type: 'token.reuse_detected',
        severity: 'high',
        ocsf_class: 3002,
        retention: 'security',
      }),
    );
  });
});
