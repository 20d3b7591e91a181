import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  adminCall,
  adminToken,
  attemptSignIn,
  callTool,
  connect,
  registerClient,
} from '../support/actors.js';
import { CookieJar, type HttpResponse } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';

interface Event {
  event_id: string;
  type: string;
  severity: string;
  user_id?: string;
  targets?: { type: string; id: string }[];
}
interface Page {
  items: Event[];
  next?: string;
  prev?: string;
  count?: { value: number; capped: boolean };
}

let server: TestServer;
let token: string;
let group: string;

const call = (method: string, path: string, json?: object): Promise<HttpResponse> =>
  adminCall(server, method, path, { token, ...(json && { json }) });
const search = async (query: Record<string, string>): Promise<Page> => {
  const response = await call(
    'GET',
    `/audit/events?${new URLSearchParams({ limit: '200', ...query }).toString()}`,
  );
  expect([response.status, response.text.slice(0, 200)]).toEqual([200, expect.any(String)]);
  return response.json<Page>();
};

beforeAll(async () => {
  server = await startServer();
  token = await adminToken(server);
  await connect(server);
  await attemptSignIn(server, new CookieJar(), { email: 'no%body_@example.com', password: 'wrong' });
  group = (await call('POST', '/groups', { name: 'Ops', roles: [], members: [] })).json().id as string;
  await call('PATCH', `/groups/${group}`, { name: 'Crew' });
});

describe('the arguments of tool calls', () => {
  const calls = async (query: Record<string, string>) =>
    (await search({ type: 'mcp.tool.called', ...query })).items as unknown as {
      event_id: string;
      tool: { name: string; phase: string; args_shown?: object; args_hmac?: string };
    }[];

  it('are in the trail without a word of them, and found again by a keyed hash', async () => {
    const { tokens } = await connect(server, { scope: 'mcp:tools:execute' });
    const secret = 'the merger is on Friday';
    for (const title of [secret, secret, 'something else'])
      await callTool(server, tokens.access_token, 'notes_add', { title, body: 'hush' });
    const [other, second, first] = (await calls({ tool: 'notes_add' })).filter(
      ({ tool }) => tool.phase === 'decision',
    );
    expect(first!.tool.args_shown).toEqual({ title: { chars: secret.length }, body: { chars: 4 } });
    expect(first!.tool.args_hmac).toMatch(/^1\.[\w-]{43}$/);
    expect(second!.tool.args_hmac).toBe(first!.tool.args_hmac);
    expect(other!.tool.args_hmac).not.toBe(first!.tool.args_hmac);
    const same = await calls({ args_hmac: first!.tool.args_hmac! });
    expect(same.map(({ event_id }) => event_id)).toEqual([second!.event_id, first!.event_id]);
    expect((await search({ q: 'merger' })).items).toEqual([]);
  });

  it('that are none are no arguments', async () => {
    const { tokens } = await connect(server, { scope: 'mcp:tools:read' });
    await callTool(server, tokens.access_token, 'whoami');
    const [decision] = (await calls({ tool: 'whoami' })).filter(({ tool }) => tool.phase === 'decision');
    expect(decision!.tool.args_shown ?? {}).toEqual({});
  });
});

describe('a search of the trail', () => {
  it('finds what was acted upon, by id or by type and id', async () => {
    const types = async (target: string) => (await search({ target })).items.map(({ type }) => type);
    expect(await types(group)).toEqual(['group.changed', 'group.created']);
    expect(await types(`group:${group}`)).toEqual(['group.changed', 'group.created']);
    expect(await types(`client:${group}`)).toEqual([]);
  });

  it('finds a severity and all that are more serious', async () => {
    const { items } = await search({ severity_gte: 'medium' });
    expect(new Set(items.map(({ severity }) => severity))).toEqual(new Set(['medium', 'high']));
    expect((await search({ severity_gte: 'critical' })).items).toEqual([]);
  });

  it('finds by address and by network, of either family and notation', async () => {
    const [{ request }] = (await search({ limit: '1' })).items as unknown as [{ request: { ip: string } }];
    const found = async (ip: string) => (await search({ ip, limit: '1' })).items.length;
    expect(await found(request.ip)).toBe(1);
    const own = request.ip.includes(':') && !request.ip.includes('.') ? '::/64' : '127.0.0.0/8';
    expect(await found(own)).toBe(1);
    expect(await found('10.0.0.0/8')).toBe(0);
    expect(await found('2001:db8::/32')).toBe(0);
  });

  it('takes several beginnings of types for alternatives', async () => {
    const response = await call('GET', '/audit/events?limit=200&type_prefix=group.&type_prefix=client.');
    const areas = new Set(response.json<Page>().items.map(({ type }) => type.split('.')[0]));
    expect(areas).toEqual(new Set(['group', 'client']));
  });

  it('finds text in names, addresses and reasons, and takes no character of it for a wildcard', async () => {
    await registerClient(server, { client_name: 'Needle%In_Hay' });
    const names = async (q: string) => (await search({ q, type: 'client.registered' })).items.length;
    expect(await names('needle%in_hay')).toBe(1);
    expect(await names('needle%hay')).toBe(0);
    expect(await names('Needle_In_Hay')).toBe(0);
    expect(await names(`' OR 1=1 --`)).toBe(0);
  });

  it('goes both ways through the pages, and counts up to a cap', async () => {
    const query = { type_prefix: 'group.', limit: '1', count: 'capped' };
    const first = await search(query);
    expect(first.count).toEqual({ value: 2, capped: false });
    expect(first.prev).toBeUndefined();
    const second = await search({ ...query, cursor: first.next! });
    expect(second.next).toBeUndefined();
    expect((await search({ ...query, cursor: second.prev! })).items).toEqual(first.items);
  });

  it('answers only the members that are asked for', async () => {
    const { items } = await search({ fields: 'event_id,type', limit: '1' });
    expect(Object.keys(items[0]!).sort()).toEqual(['event_id', 'type']);
  });

  it.each([
    'nonsense=1',
    'sort=email;DROP TABLE users',
    'sort=(CASE WHEN 1=1 THEN time END)',
    'order=ASC,(select pg_sleep(5))',
    'filter[email][$ne]=',
    'actor[$ne]=x',
    'actor=a&actor=b',
    'severity_gte=worst',
    'severity_gte=high&severity_gte=low',
    'ip=nowhere',
    'ip=10.0.0.0/33',
    'ip=::1%25eth0',
    `ip=10.0.0.1'::inet`,
    'type=nothing.like.it',
    'cursor=tampered',
    `cursor=${randomUUID()}`,
    'fields=*,secret',
    'fields=mac',
    'limit=1;select',
    'limit=0',
    'since=yesterday',
    'since=2026-13-01',
    'q=',
    'q=%00',
    'client=a&client_id=b',
    'count=all',
  ])('refuses ?%s with 400 and no word of the database', async (query) => {
    const began = performance.now();
    const response = await call('GET', `/audit/events?${query}`);
    expect([response.status, response.json().code]).toEqual([400, 'invalid_request']);
    expect(response.text).not.toMatch(/SELECT|syntax|relation|column|pg_/i);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('refuses a cursor of another list, and one that was changed', async () => {
    const { next } = await search({ limit: '1' });
    for (const cursor of [
      `${next}A`,
      next!.slice(0, -1),
      next!.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')),
    ])
      expect((await call('GET', `/audit/events?cursor=${cursor}`)).status).toBe(400);
    expect((await call('GET', `/audit/events?sort=time&cursor=${next}`)).status).toBe(400);
  });
});
