import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken } from '../support/actors.js';
import { request, type HttpResponse } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let token: string;

const call = (method: string, path: string, json?: object, headers = {}): Promise<HttpResponse> =>
  adminCall(server, method, `/registration-policies${path}`, { token, headers, ...(json && { json }) });

async function policy(json: object): Promise<{ id: string; etag: string }> {
  const made = await call('POST', '', json);
  expect([made.status, made.text.slice(0, 300)]).toEqual([201, expect.any(String)]);
  return { id: made.json<{ id: string }>().id, etag: made.headers['etag']! };
}

const register = (host: string): Promise<HttpResponse> =>
  request('POST', `${server.base}/oauth2/register`, {
    json: { client_name: 'App', redirect_uris: [`https://${host}/cb`], token_endpoint_auth_method: 'none' },
  });

async function trustOf(host: string): Promise<string> {
  const registered = await register(host);
  if (registered.status !== 201) return `${registered.status} ${registered.json<{ error: string }>().error}`;
  const { client_id: id } = registered.json<{ client_id: string }>();
  return (await adminCall(server, 'GET', `/clients/${id}`, { token })).json<{ trust_state: string }>()
    .trust_state;
}

beforeAll(async () => {
  const registrationRules = [{ match: { redirectHosts: ['*.config.test'] }, trust: 'refused' }];
  server = await startServer({ config: { policies: { registrationRules } } });
  token = await adminToken(server);
});

describe('/registration-policies', () => {
  it('decide about the next registration, before the rules of the configuration, until they are removed', async () => {
    expect(await trustOf('a.config.test')).toBe('403 access_denied');
    const { id } = await policy({
      name: 'Config',
      trust: 'approved',
      match: { redirect_hosts: ['a.config.test'] },
    });
    expect(await trustOf('a.config.test')).toBe('approved');
    expect(await trustOf('b.config.test')).toBe('403 access_denied');
    expect((await call('PATCH', `/${id}`, { trust: 'quarantined' })).status).toBe(200);
    expect(await trustOf('a.config.test')).toBe('quarantined');
    expect((await call('DELETE', `/${id}`)).status).toBe(200);
    expect(await trustOf('a.config.test')).toBe('403 access_denied');
  });

  it('are looked at in the order of their positions, and the first that matches counts', async () => {
    const match = { redirect_hosts: ['order.test'] };
    const late = await policy({ name: 'Late', trust: 'approved', position: 20, match });
    const early = await policy({ name: 'Early', trust: 'refused', position: 10, match });
    const listed = (await call('GET', '')).json<{ items: { id: string }[] }>().items.map(({ id }) => id);
    expect(listed.indexOf(early.id)).toBeLessThan(listed.indexOf(late.id));
    expect(await trustOf('order.test')).toBe('403 access_denied');
    await call('PATCH', `/${early.id}`, { position: 30 });
    expect(await trustOf('order.test')).toBe('approved');
  });

  it('set the ceiling of what an application may be granted', async () => {
    await policy({
      ...{ name: 'Ceiling', trust: 'approved', scopes: ['mcp:tools:read'], redirects: 'https' },
      match: { redirect_hosts: ['ceiling.test'] },
    });
    const { client_id: id } = (await register('ceiling.test')).json<{ client_id: string }>();
    const client = await adminCall(server, 'GET', `/clients/${id}`, { token });
    expect(client.json()).toMatchObject({ allowed_scopes: ['mcp:tools:read'], trust_state: 'approved' });
  });

  it('are changed only as they were read, and the trail has what was different', async () => {
    const { id, etag } = await policy({
      ...{ name: 'Read', trust: 'quarantined', match: { redirect_hosts: ['read.test'] } },
    });
    const first = await call('PATCH', `/${id}`, { scopes: ['mcp:tools:read'] }, { 'if-match': etag });
    expect(first.status).toBe(200);
    for (const [method, json] of [
      ['PATCH', { name: 'Other' }],
      ['DELETE', undefined],
    ] as const)
      expect((await call(method, `/${id}`, json, { 'if-match': etag })).status).toBe(412);
    expect((await call('PATCH', `/${id}`, { scopes: null })).json()).not.toHaveProperty('scopes');
    expect((await call('DELETE', `/${id}`)).status).toBe(200);
    expect((await call('GET', `/${id}`)).status).toBe(404);
    const events = await adminCall(server, 'GET', `/audit/events?target=${id}&sort=time`, { token });
    const { items } = events.json<{ items: { type: string; change: { patch: { path: string }[] } }[] }>();
    expect(items.map(({ type }) => type.replace('registration.policy.', ''))).toEqual([
      ...['created', 'changed', 'changed', 'deleted'],
    ]);
    expect(items[1]!.change.patch.map(({ path }) => path)).toContain('/scopes');
  });

  it('approve nobody by what anybody can claim, and give nothing that there is not', async () => {
    const claimed = { software_ids: ['some-app'] };
    for (const [field, json] of [
      ['match', { name: 'x', trust: 'approved', match: claimed }],
      ['scopes', { name: 'x', trust: 'approved', scopes: ['no:such'] }],
      ['match.redirect_hosts', { name: 'x', trust: 'refused', match: { redirect_hosts: ['*.*.test'] } }],
      ['match.kinds', { name: 'x', trust: 'refused', match: { kinds: [] } }],
      ['trust', { name: 'x', trust: 'suspended' }],
      ['trust', { name: 'x' }],
      ['name', { trust: 'refused' }],
    ] as const) {
      const refused = await call('POST', '', json);
      expect([field, refused.status, refused.text]).toEqual([
        ...[field, 400, expect.stringContaining(`"${field}"`)],
      ]);
    }
    const { id } = await policy({ name: 'y', trust: 'quarantined', match: claimed });
    expect((await call('PATCH', `/${id}`, { trust: 'approved' })).status).toBe(400);
  });

  it('cannot be used to hand on admin scopes by who does not have them', async () => {
    const clerk = await adminToken(server, 'admin:clients');
    const wanted = { name: 'z', trust: 'approved', scopes: ['admin:keys'] };
    const refused = await adminCall(server, 'POST', '/registration-policies', { token: clerk, json: wanted });
    expect(refused.status).toBe(403);
    const { id } = await policy({ ...wanted, match: { redirect_hosts: ['held.test'] } });
    const match = { redirect_hosts: ['clerk.test'] };
    const widened = await adminCall(server, 'PATCH', `/registration-policies/${id}`, {
      token: clerk,
      json: { match },
    });
    expect([widened.status, widened.json()]).toEqual([
      403,
      expect.objectContaining({ detail: 'It gives clients admin scopes that you do not have' }),
    ]);
    expect((await call('GET', `/${id}`)).json()).toMatchObject({ match: { redirect_hosts: ['held.test'] } });
    expect((await call('PATCH', `/${id}`, { match })).status).toBe(200);
  });
});
