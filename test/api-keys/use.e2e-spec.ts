import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anotherAdmin, callTool, connect, mcpCall, opsClient, tokenRequest } from '../support/actors.js';
import type { McpAnswer } from '../support/mcp.js';
import { get, post, type CookieJar } from '../support/http.js';
import { sleep } from '../support/server-process.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import { asOperator, events } from '../oauth/harness.js';
import { SecondPeople } from '../oauth/second-person.js';
import { groupNamed, person } from '../users/harness.js';
import {
  browserOf,
  idOf,
  newService,
  NO_LIMIT,
  ownKey,
  serviceKey,
  TAKES_KEYS,
  toolWithKey,
  withKey,
} from './harness.js';

const people = new SecondPeople();
let server: TestServer;

beforeAll(async () => {
  server = await startServer({
    config: {
      ...TAKES_KEYS,
      limits: NO_LIMIT,
      identityProviders: await people.start(),
      groups: [{ name: 'writers' }],
      policies: { scopeRules: [{ scopes: ['mcp:tools:execute'], groups: ['writers'] }] },
    },
  });
  await anotherAdmin(server);
});
afterAll(() => people.stop());

const names = (answer: { result: { tools: { name: string }[] } }): string[] =>
  answer.result.tools.map(({ name }) => name);

/** Of a request that was refused before it was read. */
const errorOf = ({ response }: McpAnswer) => response.json<{ error: Record<string, unknown> }>().error;

/** A new person, who may write. */
async function writer(name: string): Promise<{ id: string; jar: CookieJar }> {
  const jar = await people.signIn(server, name);
  const { id } = await person(server, `${name}@example.com`);
  await change(id, { add: [id] });
  return { id, jar };
}

async function change(id: string, steps: { add?: string[]; remove?: string[] }): Promise<void> {
  const group = await groupNamed(server, 'writers');
  const json = { add: [], remove: [], ...steps };
  const changed = await asOperator(server, 'PATCH', `/groups/${group.id}/members`, { json });
  if (changed.status !== 200) throw new Error(`${id}: ${changed.status} ${changed.text}`);
}

/** A text that is a key in all but one thing: nobody made it. */
function madeUp(): string {
  const secret = `gh_key_${randomBytes(32).toString('base64url')}`;
  return `${secret}${crc32(secret).toString(16).padStart(8, '0')}`;
}

describe('an API key', () => {
  it('of a service is served like a token of its client, and the trail says what it was', async () => {
    const clientId = await newService(server);
    const { id, api_key } = await serviceKey(server, clientId);
    const answer = await toolWithKey(server, api_key, 'whoami');
    expect(JSON.parse(answer.result.content[0].text)).toMatchObject({
      client_id: clientId,
      scopes: ['mcp:tools:read'],
    });
    const calls = await events(server, { type: 'mcp.tool.called', client_id: clientId });
    expect(calls).toHaveLength(2);
    for (const call of calls)
      expect(call).toMatchObject({ client_id: clientId, token: { kind: 'api_key', jti: id } });
    expect(JSON.stringify(calls)).not.toContain(api_key);
  });

  it('of a person acts for the person', async () => {
    const { id: userId, jar } = await writer('ada');
    const key = await ownKey(server, jar, { scope: ['mcp:tools:read', 'mcp:tools:execute'] });
    await toolWithKey(server, key, 'notes_add', { title: 'By a key', body: '' });
    const listed = await toolWithKey(server, key, 'notes_list');
    expect(listed.result.content[0].text).toContain('By a key');
    const [call] = await events(server, { type: 'mcp.tool.called', user_id: userId });
    expect(call).toMatchObject({ user_id: userId, client_id: 'api-key', token: { kind: 'api_key' } });
  });

  it('does what it was given and no more, whatever its owner may', async () => {
    const { jar } = await writer('bob');
    const key = await ownKey(server, jar, { scope: 'mcp:tools:read' });
    const refused = await toolWithKey(server, key, 'notes_add', { title: 'No', body: '' });
    expect([refused.status, refused.challenge]).toEqual([
      403,
      expect.stringContaining('error="insufficient_scope"'),
    ]);
  });

  it('is told when it was used, to the minute and by one write', async () => {
    const { id, api_key } = await serviceKey(server, await newService(server));
    const seen = async () => (await asOperator(server, 'GET', `/api-keys/${id}`)).json();
    expect(await seen()).not.toHaveProperty('last_used_at');
    await withKey(server, api_key);
    const first = await seen();
    expect(Date.now() - Date.parse(first.last_used_at)).toBeLessThan(10_000);
    expect(first.last_used_ip).toMatch(/127\.0\.0\.1|::1/);
    await sleep(50);
    await withKey(server, api_key);
    expect((await seen()).last_used_at).toBe(first.last_used_at);
  });
});

describe('an API key loses what its owner loses, at once:', () => {
  it('a right that came with a group', async () => {
    const { id, jar } = await writer('carol');
    const key = await ownKey(server, jar, { scope: ['mcp:tools:read', 'mcp:tools:execute'] });
    expect((await toolWithKey(server, key, 'notes_add', { title: 'Yes', body: '' })).status).toBe(200);
    await change(id, { remove: [id] });
    expect((await toolWithKey(server, key, 'notes_add', { title: 'No', body: '' })).status).toBe(403);
    expect((await toolWithKey(server, key, 'notes_list')).status).toBe(200);
  });

  it('a right that came with a role', async () => {
    const jar = await people.signIn(server, 'dave');
    const { id } = await person(server, 'dave@example.com');
    const roles = (given: string[]) =>
      asOperator(server, 'PATCH', `/users/${id}`, { json: { roles: given } });
    expect((await roles(['auditor'])).status).toBe(200);
    await people.signIn(server, 'dave', jar);
    const key = await ownKey(server, jar, { scope: 'admin:audit:read' });
    expect((await toolWithKey(server, key, 'audit_search', { limit: 1 })).status).toBe(200);
    expect((await roles([])).status).toBe(200);
    const refused = await toolWithKey(server, key, 'audit_search', { limit: 1 });
    expect([refused.status, refused.challenge]).toEqual([401, expect.stringContaining('invalid_token')]);
  });

  it('all, when the client it is of has a lower ceiling', async () => {
    const clientId = await newService(server);
    const { api_key } = await serviceKey(server, clientId, {
      scopes: ['mcp:tools:execute', 'mcp:tools:read'],
    });
    expect(names(await withKey(server, api_key))).toContain('notes_list');
    const json = { scopes: ['admin:grants:read'], allowed_scopes: ['admin:grants:read'] };
    expect((await asOperator(server, 'PATCH', `/clients/${clientId}`, { json })).status).toBe(200);
    expect((await withKey(server, api_key)).status).toBe(401);
  });

  it('everything, when the person is kept out, and it does not come back with them', async () => {
    const { id, jar } = await writer('erin');
    const key = await ownKey(server, jar);
    const disabled = await asOperator(server, 'POST', `/users/${id}/disable`);
    expect(disabled.json()).toMatchObject({ ended: true, api_keys: 1 });
    expect((await withKey(server, key)).status).toBe(401);
    await asOperator(server, 'POST', `/users/${id}/enable`);
    expect((await withKey(server, key)).status).toBe(401);
  });

  it('everything, when the client is suspended or removed', async () => {
    for (const [method, end] of [
      ['POST', '/suspend'],
      ['DELETE', ''],
    ] as const) {
      const clientId = await newService(server);
      const { api_key } = await serviceKey(server, clientId);
      expect((await withKey(server, api_key)).status).toBe(200);
      const ended = await asOperator(server, method, `/clients/${clientId}${end}`);
      expect(ended.json()).toMatchObject({ ended: true, api_keys: 1 });
      expect((await withKey(server, api_key)).status).toBe(401);
    }
  });

  it('everything, when the person signs out everywhere', async () => {
    const { id, jar } = await writer('frank');
    const key = await ownKey(server, jar);
    expect((await asOperator(server, 'DELETE', `/users/${id}/sessions`)).status).toBe(200);
    expect((await withKey(server, key)).status).toBe(401);
  });
});

describe('an API key is refused', () => {
  const challenge = () =>
    `Bearer error="invalid_token", error_description="The API key is invalid, expired, revoked or not for this server", ` +
    `resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp", scope="mcp:tools:read"`;

  it.each([
    ['that nobody made', madeUp],
    ['with a character changed', () => `${madeUp().slice(0, -1)}x`],
    ['that is no key', () => 'sk-1234'],
    ['that is empty', () => ''],
    ['that is too long', () => 'gh_key_'.repeat(1_000)],
    ['that is a statement', () => `' OR 1=1 --`],
  ])('%s, with the same answer', async (_, key) => {
    const logged = server.output().length;
    const answer = await withKey(server, key());
    expect([answer.status, answer.challenge]).toEqual([401, challenge()]);
    expect(errorOf(answer)).toMatchObject({ code: -32000, message: 'Unauthorized' });
    expect(server.output().slice(logged)).not.toMatch(/"level":(?:50|60)/);
  });

  it('with that answer when it was revoked, when it has expired, and when it was rotated', async () => {
    const clientId = await newService(server);
    const revoked = await serviceKey(server, clientId);
    await asOperator(server, 'DELETE', `/api-keys/${revoked.id}`);
    const expired = await serviceKey(server, clientId, { expires_in: '1s' });
    const rotated = await serviceKey(server, clientId);
    const next = await asOperator(server, 'POST', `/api-keys/${rotated.id}/rotate`);
    await sleep(1_100);
    for (const { api_key } of [revoked, expired, rotated]) {
      const answer = await withKey(server, api_key);
      expect([answer.status, answer.challenge]).toEqual([401, challenge()]);
    }
    expect((await withKey(server, next.json<{ api_key: string }>().api_key)).status).toBe(200);
  });

  it('beside an access token, and twice in one request', async () => {
    const { api_key } = await serviceKey(server, await newService(server));
    const { tokens } = await connect(server, { scope: 'mcp:tools:read' });
    for (const authorization of [`Bearer ${tokens.access_token}`, 'Basic b3BzOm9wcw==', 'Bearer garbage']) {
      const both = await mcpCall(server, { headers: { 'x-api-key': api_key, authorization } }, 'tools/list');
      expect([both.status, errorOf(both)['message']]).toEqual([
        400,
        'Send an access token or an API key, and not both',
      ]);
    }
    expect((await withKey(server, [api_key, api_key])).status).toBe(400);
  });

  it('anywhere but in its header', async () => {
    const { api_key } = await serviceKey(server, await newService(server));
    const headers = { accept: 'application/json, text/event-stream' };
    const json = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
    for (const query of ['x-api-key', 'api_key', 'access_token', 'key']) {
      const answer = await post(`${server.base}/mcp?${query}=${api_key}`, { headers, json });
      expect(answer.status).toBe(401);
    }
    const bearer = await mcpCall(server, api_key, 'tools/list');
    expect([bearer.status, bearer.challenge]).toEqual([401, expect.stringContaining('invalid_token')]);
    const cookie = { cookie: `x-api-key=${api_key}` };
    expect((await mcpCall(server, { headers: cookie }, 'tools/list')).status).toBe(401);
    expect(server.output()).not.toContain(api_key);
  });

  it('at every other door of the server', async () => {
    const jar = await browserOf(server);
    const own = await ownKey(server, jar, { scope: ['mcp:tools:read', 'admin:users'] });
    const { api_key } = await serviceKey(server, await newService(server));
    for (const key of [own, api_key]) {
      for (const headers of [{ 'x-api-key': key }, { authorization: `Bearer ${key}` }]) {
        for (const path of ['/admin/v1/users', '/scim/v2/Users', '/oauth2/userinfo', '/oauth2/register/x'])
          expect([path, (await get(`${server.base}${path}`, { headers })).status]).toEqual([path, 401]);
        const form = { grant_type: 'client_credentials', resource: `${server.url}/mcp` };
        const token = await post(`${server.base}/oauth2/token`, { headers, form });
        expect([400, 401]).toContain(token.status);
        expect(token.json()).not.toHaveProperty('access_token');
      }
      const swap = {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: key,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      };
      expect((await tokenRequest(server, opsClient(), swap)).json()).not.toHaveProperty('access_token');
      const asked = await post(`${server.base}/oauth2/introspect`, {
        form: { token: key },
        headers: {
          authorization: `Basic ${Buffer.from(`ops:${opsClient().clientSecret}`).toString('base64')}`,
        },
      });
      expect(asked.json()).toEqual({ active: false });
    }
  });

  it('and the refusal explains itself to operators, who can look the key up', async () => {
    const clientId = await newService(server);
    const { id, api_key } = await serviceKey(server, clientId);
    const lookUp = () => asOperator(server, 'POST', '/tokens/lookup', { json: { token: api_key } });
    expect((await lookUp()).json()).toMatchObject({
      kind: 'api_key',
      jti: id,
      client_id: clientId,
      alive: true,
      resource: `${server.url}/mcp`,
    });
    await asOperator(server, 'DELETE', `/api-keys/${id}`);
    expect((await lookUp()).json()).toMatchObject({ alive: false, over: 'revoked' });
    const refused = await withKey(server, api_key);
    const decision = String(refused.response.headers['x-decision-id']);
    const explained = await asOperator(server, 'GET', `/decisions/${decision}`);
    expect(explained.json()).toMatchObject({ result: 'denied', reason: 'revoked', client_id: clientId });
  });
});

describe('plans of revocation', () => {
  async function apply(selector: object): Promise<Record<string, unknown>> {
    const made = await asOperator(server, 'POST', '/revocation-plans', { json: { selector } });
    if (made.status !== 201) throw new Error(`${made.status} ${made.text}`);
    const { id, plan_hash, counts } = made.json<{ id: string; plan_hash: string; counts: object }>();
    const json = { plan_hash, acknowledge: ['ends_own_access'] };
    const applied = await asOperator(server, 'POST', `/revocation-plans/${id}/apply`, { json });
    return { status: applied.status, counts, ...applied.json<object>() };
  }

  it('count and end the keys of a person, of a client, and one by itself', async () => {
    const { id: userId, jar } = await writer('gina');
    const own = await ownKey(server, jar);
    const clientId = await newService(server);
    const service = await serviceKey(server, clientId);
    const alone = await serviceKey(server, await newService(server));
    for (const [selector, key, people] of [
      [{ user_id: userId }, own, 1],
      [{ client_id: clientId }, service.api_key, 0],
      [{ jti: await idOf(server, alone.api_key) }, alone.api_key, 0],
    ] as const) {
      expect((await withKey(server, key)).status).toBe(200);
      const done = await apply(selector);
      expect(done).toMatchObject({ status: 200, counts: { api_keys: 1, people }, ended: { api_keys: 1 } });
      expect((await withKey(server, key)).status).toBe(401);
    }
  });

  it('end the keys of people by the name they go by, and those that were made before a moment', async () => {
    const { jar } = await writer('hugo');
    const own = await ownKey(server, jar);
    const service = await serviceKey(server, await newService(server));
    const done = await apply({ client_id: 'api-key' });
    expect(done['status']).toBe(200);
    expect((await withKey(server, own)).status).toBe(401);
    expect((await withKey(server, service.api_key)).status).toBe(200);
    const moment = new Date().toISOString();
    await sleep(20);
    const later = await serviceKey(server, await newService(server));
    await apply({ resource: `${server.url}/mcp`, issued_before: moment });
    expect((await withKey(server, service.api_key)).status).toBe(401);
    expect((await withKey(server, later.api_key)).status).toBe(200);
  });

  it('do not end the keys of somebody else', async () => {
    const { id } = await writer('iris');
    const { jar } = await writer('jack');
    const other = await ownKey(server, jar);
    await apply({ user_id: id });
    expect((await withKey(server, other)).status).toBe(200);
  });
});

it('no key of anybody is in the log', async () => {
  const key = await ownKey(server, await browserOf(server, ADMIN_EMAIL));
  await withKey(server, key);
  await callTool(server, { headers: { 'x-api-key': key } }, 'no_such_tool');
  expect(server.output()).not.toContain(key.slice(0, 20));
});
