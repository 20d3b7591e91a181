import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken, attemptSignIn, callTool, connect } from '../support/actors.js';
import { EventStream } from '../support/event-stream.js';
import { CookieJar, type HttpResponse } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let token: string;
const open: EventStream[] = [];

const call = (method: string, path: string, json?: object, as = token): Promise<HttpResponse> =>
  adminCall(server, method, path, { token: as, ...(json && { json }) });

function tail(query = '', { as = token, from }: { as?: string; from?: string } = {}): EventStream {
  const stream = new EventStream(`${server.base}/admin/v1/audit/tail${query}`, {
    authorization: `Bearer ${as}`,
    ...(from !== undefined && { 'last-event-id': from }),
  });
  open.push(stream);
  return stream;
}

const newGroup = () => call('POST', '/groups', { name: `G ${randomUUID()}`, roles: [], members: [] });
const typesOf = (stream: EventStream) => stream.data.map(({ type }) => type);

beforeAll(async () => {
  server = await startServer();
  token = await adminToken(server);
});

afterAll(() => open.forEach((stream) => stream.close()));

describe('POST /audit/aggregate', () => {
  const since = new Date(Date.now() - 3_600_000).toISOString();

  it('counts by group and time, and says how long things took', async () => {
    const { tokens } = await connect(server);
    for (let n = 0; n < 5; n++) await callTool(server, tokens.access_token, 'whoami', {});
    await attemptSignIn(server, new CookieJar(), { password: 'wrong' });
    const asked = { since, type: ['mcp.tool.called'], group_by: ['tool', 'outcome'], bucket: '1d' };
    const { groups, complete, considered } = (await call('POST', '/audit/aggregate', asked)).json();
    expect([complete, considered]).toEqual([true, 10]);
    expect(groups).toEqual([
      {
        bucket: expect.stringMatching(/T00:00:00\.000Z$/),
        key: { tool: 'whoami', outcome: 'allowed' },
        count: 10,
        p50_ms: expect.any(Number),
        p95_ms: expect.any(Number),
        p99_ms: expect.any(Number),
      },
    ]);
    const refused = await call('POST', '/audit/aggregate', {
      since,
      type_prefix: ['auth.'],
      group_by: ['outcome'],
    });
    expect(refused.json().groups).toContainEqual({ key: { outcome: 'denied' }, count: 1 });
  });

  it('says when there are more groups than were asked for', async () => {
    const answer = (await call('POST', '/audit/aggregate', { since, group_by: ['type'], limit: 1 })).json();
    expect([answer.groups.length, answer.complete]).toEqual([1, false]);
  });

  it('is itself in the trail', async () => {
    await call('POST', '/audit/aggregate', { since, group_by: ['client_id'] });
    const { items } = (await call('GET', '/audit/events?type=audit.searched&limit=1')).json();
    expect(items[0].details).toMatchObject({ view: 'aggregate', filters: { group_by: ['client_id'] } });
  });

  it.each([
    {},
    { since, group_by: ['body'] },
    { since, group_by: ['type; DROP TABLE users'] },
    { since, group_by: ['type', 'type'] },
    { since, group_by: ['type', 'tool', 'ip', 'actor'] },
    { since, bucket: "1h'" },
    { since, limit: 1_001 },
    { since, q: 'x' },
    { since, type: { $ne: 1 } },
  ])('refuses %j with 400', async (json) => {
    const response = await call('POST', '/audit/aggregate', json);
    expect([response.status, response.json().code]).toEqual([400, 'invalid_request']);
  });
});

describe('/audit/saved-searches', () => {
  it('keeps a search for its owner, and shows it to others only when it is shared', async () => {
    const filters = { type_prefix: ['key.'], severity_gte: 'high' };
    const made = await call('POST', '/audit/saved-searches', { name: 'Keys', filters });
    expect(made.status).toBe(201);
    const { id } = made.json();
    expect(made.json()).toMatchObject({ name: 'Keys', filters, shared: false, own: true });
    const other = (await connectAuditor()).token;
    expect((await call('GET', `/audit/saved-searches/${id}`, undefined, other)).status).toBe(404);
    expect((await call('DELETE', `/audit/saved-searches/${id}`, undefined, other)).status).toBe(404);
    await call('PATCH', `/audit/saved-searches/${id}`, { shared: true });
    expect((await call('GET', `/audit/saved-searches/${id}`, undefined, other)).json()).toMatchObject({
      own: false,
    });
    const list = (await call('GET', '/audit/saved-searches', undefined, other)).json();
    expect(list.items.map((item: { id: string }) => item.id)).toContain(id);
    const refused = await call('PATCH', `/audit/saved-searches/${id}`, { name: 'Mine' }, other);
    expect([refused.status, refused.json().code]).toEqual([403, 'forbidden']);
    expect((await call('DELETE', `/audit/saved-searches/${id}`)).status).toBe(200);
    expect((await call('GET', `/audit/saved-searches/${id}`)).status).toBe(404);
    const { items } = (await call('GET', `/audit/events?target=${id}&sort=time`)).json();
    expect(items.map((event: { type: string }) => event.type)).toEqual([
      'audit.saved_search.created',
      'audit.saved_search.changed',
      'audit.saved_search.deleted',
    ]);
    expect(items[1].change.patch).toEqual([{ op: 'replace', path: '/shared', value: true }]);
  });

  it.each([
    [{ filters: {} }, 'name'],
    [{ name: 'x' }, 'filters'],
    [{ name: 'x', filters: { nonsense: 1 } }, 'filters.nonsense'],
    [{ name: 'x', filters: { ip: 'nowhere' } }, 'filters.ip'],
    [{ name: 'x', filters: {}, owner: 'admin x' }, 'owner'],
  ])('refuses %j', async (json, field) => {
    const response = await call('POST', '/audit/saved-searches', json);
    expect([response.status, response.json().errors[0].field]).toEqual([400, field]);
  });
});

describe('GET /audit/tail', () => {
  it('sends what is added from now on, as far as the filters let it through', async () => {
    const stream = tail('?type_prefix=group.');
    expect(await stream.status).toBe(200);
    await newGroup();
    await call('GET', '/groups');
    await stream.until(({ data }) => data.length > 0);
    const { items } = (await call('GET', '/audit/events?type=group.created&limit=1')).json();
    expect(stream.data).toEqual([items[0]]);
  });

  it('goes on where a reader was cut off, without a gap and without a repetition', async () => {
    const before = tail('?type=group.created');
    await before.status;
    await newGroup();
    await before.until(({ data }) => data.length === 1);
    const from = before.lastId!;
    before.close();
    const ids = [(await newGroup()).json().id, (await newGroup()).json().id];
    const after = tail('?type=group.created', { from });
    await after.until(({ data }) => data.length >= 2);
    expect(after.data.map(({ targets }) => (targets as { id: string }[])[0]!.id)).toEqual(ids);
  });

  it('ends when the token it was opened with is ended', async () => {
    const short = await adminToken(server, 'admin:audit:read');
    const stream = tail('', { as: short });
    expect(await stream.status).toBe(200);
    const { jti } = JSON.parse(Buffer.from(short.split('.')[1]!, 'base64url').toString()) as { jti: string };
    const ended = await call('DELETE', `/tokens/${jti}`);
    expect(ended.status).toBe(200);
    await stream.ended;
    expect(stream.events.at(-1)).toMatchObject({ event: 'end', data: '{"reason":"token_revoked"}' });
  });

  it('is in the trail as it is opened', async () => {
    await tail('?type=key.generated').status;
    const { items } = (await call('GET', '/audit/events?type=audit.searched&limit=5')).json();
    expect(items.map(({ details }: { details: object }) => details)).toContainEqual(
      expect.objectContaining({ view: 'tail', filters: { type: ['key.generated'] } }),
    );
  });

  it('refuses what it cannot go on from, unknown filters, and a caller that does not read events', async () => {
    const headers = (more: object) => ({ token, headers: { accept: 'text/event-stream', ...more } });
    for (const id of ['-1', 'x', '1;select', '1e9'])
      expect((await adminCall(server, 'GET', '/audit/tail', headers({ 'last-event-id': id }))).status).toBe(
        400,
      );
    expect((await adminCall(server, 'GET', '/audit/tail?nonsense=1', headers({}))).status).toBe(400);
    expect((await call('GET', '/audit/tail')).status).toBe(400);
    expect(typesOf(tail())).toEqual([]);
  });
});

/** A person who may read the trail; their searches are not the operator's. */
async function connectAuditor(): Promise<{ token: string }> {
  const redirect_uri = 'https://console.test/cb';
  const client = (
    await call('POST', '/clients', {
      name: 'Console',
      redirect_uris: [redirect_uri],
      auth_method: 'none',
      allowed_scopes: ['admin:audit'],
    })
  ).json();
  const { tokens } = await connect(server, {
    client: { clientId: client.id, authMethod: 'none', redirectUri: redirect_uri, registration: {} },
    scope: 'admin:audit',
    resource: `${server.url}/admin`,
  });
  return { token: tokens.access_token };
}
