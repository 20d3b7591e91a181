import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken, connect, registerClient } from '../support/actors.js';
import { get, type HttpResponse } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let token: string;

beforeAll(async () => {
  server = await startServer();
  token = await adminToken(server);
  for (let index = 0; index < 3; index++) await connect(server);
});

const list = (path: string): Promise<HttpResponse> => adminCall(server, 'GET', path, { token });

const linkOf = (response: HttpResponse, rel: 'next' | 'prev'): string | undefined =>
  new RegExp(`<([^>]+)>; rel="${rel}"`).exec(String(response.headers['link'] ?? ''))?.[1];

/** All items of a list, page by page, following either `next` or the Link header. */
async function walk(path: string, limit: number, by: 'next' | 'link'): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  const first = new URL(`${server.base}/admin/v1${path}`);
  first.searchParams.set('limit', String(limit));
  let url: URL | undefined = first;
  for (let page = 0; url && page < 50; page++) {
    const response: HttpResponse = await get(url, { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(200);
    const body = response.json<{ items: Record<string, unknown>[]; next?: string }>();
    expect(body.items.length).toBeLessThanOrEqual(limit);
    items.push(...body.items);
    const link = linkOf(response, 'next');
    expect(link === undefined).toBe(body.next === undefined);
    if (by === 'link') url = link ? new URL(link) : undefined;
    else if (body.next === undefined) url = undefined;
    else url.searchParams.set('cursor', body.next);
  }
  return items;
}

describe('a list', () => {
  it.each(['/grants', '/clients', '/sessions', '/tokens', '/users'])(
    '%s is walked through without gap or repetition',
    async (path) => {
      const key = path === '/tokens' ? 'jti' : 'id';
      const whole = (await list(`${path}?limit=200`))
        .json<{ items: Record<string, unknown>[] }>()
        .items.map((item) => item[key]);
      expect(whole.length).toBeGreaterThanOrEqual(path === '/users' ? 1 : 3);
      expect((await walk(path, 1, 'next')).map((item) => item[key])).toEqual(whole);
      expect((await walk(path, 2, 'link')).map((item) => item[key])).toEqual(whole);
    },
  );

  it('keeps its filters in the link to the next page', async () => {
    const client = await registerClient(server, { client_name: 'Twice' });
    for (let index = 0; index < 3; index++) await connect(server, { client });
    const grants = await walk(`/grants?client_id=${client.clientId}&active=true`, 1, 'link');
    expect(grants.map((grant) => grant['client_id'])).toEqual(Array(3).fill(client.clientId));
  });

  it('narrows by every filter it has', async () => {
    const { client } = await connect(server);
    const [grant] = (await list(`/grants?client_id=${client.clientId}`)).json().items;
    const byUser = (await list(`/grants?user_id=${grant.user_id}&limit=200`)).json().items;
    expect(byUser.map((item: { id: string }) => item.id)).toContain(grant.id);
    expect((await list(`/grants?user_id=${randomUUID()}`)).json().items).toEqual([]);
    expect((await list(`/tokens?grant_id=${grant.id}`)).json().items).toHaveLength(1);
    expect((await list(`/tokens?grant_id=${grant.id}&active=false`)).json().items).toEqual([]);
    expect((await list(`/users/${grant.user_id}/grants?limit=200`)).json()).toEqual(
      (await list(`/grants?user_id=${grant.user_id}&limit=200`)).json(),
    );
    expect((await list(`/sessions?user_id=${grant.user_id}&limit=200`)).json().items.length).toBeGreaterThan(
      0,
    );
    expect((await list('/users?q=ADMIN@EXAMPLE')).json().items).toHaveLength(1);
    expect((await list('/users?active=false')).json().items).toEqual([]);
    expect((await list(`/clients?q=${client.clientId}`)).json().items).toHaveLength(1);
    expect((await list('/clients?trust_state=suspended')).json().items).toEqual([]);
  });

  it.each(['/grants', '/clients', '/sessions', '/tokens', '/audit/events?until=2999-01-01'])(
    '%s is walked back as it was walked forth',
    async (path) => {
      const own = (item: Record<string, unknown>) => item['event_id'] ?? item['jti'] ?? item['id'];
      const separator = path.includes('?') ? '&' : '?';
      const pages: HttpResponse[] = [await list(`${path}${separator}limit=2`)];
      for (let step = 0; step < 2 && pages.at(-1)!.json().next; step++)
        pages.push(
          await get(linkOf(pages.at(-1)!, 'next')!, { headers: { authorization: `Bearer ${token}` } }),
        );
      expect(pages.length).toBeGreaterThan(1);
      expect([pages[0]!.json().prev, linkOf(pages[0]!, 'prev')]).toEqual([undefined, undefined]);
      for (let index = pages.length - 1; index > 0; index--) {
        const back = await get(linkOf(pages[index]!, 'prev')!, {
          headers: { authorization: `Bearer ${token}` },
        });
        expect(back.json().items.map(own)).toEqual(pages[index - 1]!.json().items.map(own));
        expect(typeof back.json().next).toBe('string');
      }
    },
  );

  it('takes no cursor of another list, and none that was changed', async () => {
    const { next } = (await list('/grants?limit=1')).json();
    expect((await list(`/grants?limit=1&cursor=${next}`)).status).toBe(200);
    expect((await list(`/sessions?limit=1&cursor=${next}`)).status).toBe(400);
    const bytes = Buffer.from(next, 'base64url');
    for (const at of [0, 15, 16, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      const refused = await list(`/grants?cursor=${changed.toString('base64url')}`);
      expect([at, refused.status, refused.json().errors[0].field]).toEqual([at, 400, 'cursor']);
    }
    const sorted = (await list('/audit/events?sort=time&limit=1')).json().next;
    expect((await list(`/audit/events?limit=1&cursor=${sorted}`)).status).toBe(400);
  });

  it('answers only the members that are asked for, and no others exist', async () => {
    const page = (await list('/clients?limit=2&fields=id,name&count=capped')).json();
    expect(page.items.map((item: object) => Object.keys(item))).toEqual([
      ['id', 'name'],
      ['id', 'name'],
    ]);
    expect(page.count).toEqual({ value: expect.any(Number), capped: false });
    expect(page.count.value).toBe((await list('/clients?limit=200')).json().items.length);
    const one = await list(`/clients/${encodeURIComponent(page.items[0].id)}?fields=name`);
    expect(one.json()).toEqual({ name: page.items[0].name });
    expect((await list(`/clients/${encodeURIComponent(page.items[0].id)}?fields=digest`)).status).toBe(400);
  });

  it('counts what the filters leave', async () => {
    for (const path of ['/grants', '/sessions', '/tokens', '/users', '/audit/events']) {
      const some = (await list(`${path}?limit=1&count=capped`)).json();
      expect([path, some.count.value > 0, some.count.capped]).toEqual([path, true, false]);
    }
    const none = (await list(`/grants?user_id=${randomUUID()}&count=capped`)).json();
    expect(none).toEqual({ items: [], count: { value: 0, capped: false } });
  });

  it.each(['%25', '_', '%5C', '%25%25%25'])('takes the wildcard %s for what it is', async (q) => {
    expect((await list(`/users?q=${q}`)).json()).toEqual({ items: [] });
  });
});

describe('a list refuses with 400', () => {
  it.each([
    '/grants?limit=0',
    '/grants?limit=201',
    '/grants?limit=-1',
    '/grants?limit=1.5',
    '/grants?limit=1;select',
    '/grants?limit=',
    '/grants?limit=1&limit=2',
    '/grants?cursor=',
    '/grants?cursor=x',
    "/grants?cursor=' OR 1=1--",
    '/grants?cursor={"where":"1=1"}',
    '/grants?user_id=1',
    "/grants?user_id=' OR '1'='1",
    '/grants?user_id[$ne]=1',
    '/grants?user_id[]=0190a1b2-0000-7000-8000-000000000000',
    '/grants?client_id=a&client_id=b',
    '/grants?client_id=%00',
    '/grants?active=yes',
    '/grants?active=',
    '/grants?sort=email;DROP TABLE users',
    '/grants?order=ASC,(select pg_sleep(5))',
    '/grants?fields=*,secret_digest',
    '/grants?relations=keys',
    '/grants?filter[user_id][$ne]=x',
    '/users?q=%00',
    '/users?q=a&q=b',
    '/users?q=',
    `/users?q=${'a'.repeat(201)}`,
    '/users?sort=password_hash',
    '/clients?trust_state=any',
    '/clients?cursor=%00',
    '/clients?cursor=%27%20OR%20%271%27%3D%271',
    '/clients?cursor=0190a1b2-0000-7000-8000-000000000000',
    '/clients?backwards=true',
    '/clients?count=exact',
    '/clients?fields=',
    '/clients?fields=id,client_secret_digest',
    '/clients?fields=id&fields=name',
    '/keys?fields=private_jwk',
    '/keys?limit=1',
    '/users?last_seen_after=never',
    '/sessions?cursor=1',
    '/tokens?jti=1',
    '/tokens?grant_id=1',
    '/audit/events?type=nothing.like.this',
    '/audit/events?outcome=maybe',
    '/audit/events?sort=(CASE WHEN 1=1 THEN time END)',
    '/audit/events?sort=time&sort=-time',
    '/audit/events?cursor=1',
    '/audit/events?since=yesterday',
    '/audit/events?since=2026-02-30',
    '/audit/events?until=2026-02-20T10:00:00',
    '/audit/events?actor=%00',
    '/audit/events?client=a&client_id=b',
    '/audit/events?severity=high',
    '/audit/events?ip=1.1.1.1%27%3B%20DROP%20TABLE%20users%3B--',
  ])('%s', async (path) => {
    const response = await adminCall(server, 'GET', path.replaceAll(' ', '%20'), { token });
    expect([response.status, response.json().code]).toEqual([400, 'invalid_request']);
    expect(response.json().errors).toEqual(
      expect.arrayContaining([{ field: expect.any(String), message: expect.any(String) }]),
    );
    expect(response.text).not.toMatch(/syntax|postgres|SELECT|column|relation "/i);
  });

  it('and never says what was sent as a value', async () => {
    const response = await list('/grants?user_id=very-secret-thing');
    expect(response.text).not.toContain('very-secret-thing');
  });
});

describe('text that looks like SQL', () => {
  it.each([
    '/users?q=%27%20OR%201%3D1--',
    '/users?q=%27%3B%20SELECT%20pg_sleep(5)--',
    '/clients?q=%25%27%20UNION%20SELECT%20*%20FROM%20users--',
    '/users?email=%27%20OR%201%3D1--',
    '/sessions?ip=1.1.1.1%27%3B%20DROP%20TABLE%20users%3B--',
    '/grants?scope=%27%20OR%201%3D1--',
    '/grants?client_id=%27%20OR%201%3D1--',
    '/audit/events?actor=%27%20OR%201%3D1--',
    '/audit/events?type_prefix=%27%20OR%201%3D1--',
    '/audit/events?q=1.1.1.1%27%3B%20DROP%20TABLE%20users%3B--',
  ])('%s finds nothing and does nothing', async (path) => {
    const before = Date.now();
    const response = await list(path);
    expect([response.status, response.json()]).toEqual([200, { items: [] }]);
    expect(Date.now() - before).toBeLessThan(3_000);
    expect((await list('/users')).json().items).toHaveLength(1);
  });
});
