import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken } from '../support/actors.js';
import type { HttpResponse } from '../support/http.js';
import { ADMIN_EMAIL, runToExit, startServer, type TestServer } from '../support/server.js';
import {
  as,
  ask,
  call,
  claimsOf,
  ERAS,
  listening,
  personConnection,
  personToken,
  type Sent,
} from './harness.js';

const CONFIGURED = [
  { name: 'nobody', items: ['notes_*', 'gone_*'], groups: ['Nobody'], disabled: true },
  { name: 'slow down', items: ['audit_*'], users: [ADMIN_EMAIL.toUpperCase()], stepUp: { maxAge: '10m' } },
];

let server: TestServer;
let admin: string;

beforeAll(async () => {
  server = await startServer({ config: { policies: { toolPolicies: CONFIGURED } } });
  admin = await adminToken(server);
});

const made: string[] = [];
afterEach(async () => {
  for (const id of made.splice(0)) await send('DELETE', `/tool-policies/${id}`);
});

const send = (method: string, path: string, json?: object, headers?: Record<string, string>) =>
  adminCall(server, method, path, { token: admin, ...(json && { json }), ...(headers && { headers }) });

/** Makes a policy that is gone after the test. */
async function policy(json: object): Promise<HttpResponse> {
  const answer = await send('POST', '/tool-policies', json);
  if (answer.status === 201) made.push(String(answer.json().id));
  return answer;
}

const tools = async (token: string): Promise<string[]> => {
  const { message } = await ask(as(server, token, 'modern'), 'tools/list');
  return (message.result.tools as { name: string }[]).map(({ name }) => name);
};

const explained = async ({ headers }: Sent) =>
  (await send('GET', `/decisions/${String(headers['x-decision-id'])}`)).json();

describe.each(ERAS)('A policy of an operator (%s)', (era) => {
  it('asks for more scopes than the tool, never for others instead', async () => {
    const [reader, writer] = [
      await personToken(server, 'mcp:tools:read'),
      await personToken(server, 'mcp:tools:execute'),
    ];
    expect((await policy({ name: 'add', items: ['notes_list'], scopes: ['mcp:tools:execute'] })).status).toBe(
      201,
    );
    const refused = await call(as(server, reader, era), 'notes_list');
    expect([refused.status, refused.challenge]).toEqual([
      403,
      expect.stringMatching(/scope="mcp:tools:read mcp:tools:execute"$/),
    ]);
    expect((await call(as(server, writer, era), 'notes_list')).status).toBe(200);
    expect(await explained(refused)).toMatchObject({
      reason: 'insufficient_scope',
      missing: ['mcp:tools:execute'],
      policies: [{ name: 'add', version: 1 }],
      rules: [{ rule: 'scopes', passed: false, required: 'mcp:tools:read, mcp:tools:execute' }],
    });
    // Less than the tool asks is nothing less.
    expect((await policy({ name: 'less', items: ['notes_add'], scopes: ['mcp:tools:read'] })).status).toBe(
      201,
    );
    expect((await call(as(server, reader, era), 'notes_add', { title: 'x', body: '' })).status).toBe(403);
  });

  it('can shut a tool for everybody, and take it out of the lists, until it is taken away', async () => {
    const token = await personToken(server, 'mcp:tools:read');
    expect(await tools(token)).toContain('whoami');
    const { id } = (await policy({ name: 'shut', items: ['who*'], disabled: true })).json();
    const refused = await call(as(server, token, era), 'whoami');
    expect([refused.status, refused.challenge, refused.message.error.data.reason]).toEqual([
      403,
      undefined,
      'disabled_by_policy',
    ]);
    expect(JSON.stringify(refused.message)).not.toContain('shut');
    expect(await tools(token)).not.toContain('whoami');
    expect(await explained(refused)).toMatchObject({
      reason: 'disabled_by_policy',
      rules: expect.arrayContaining([
        expect.objectContaining({
          rule: 'disabled',
          passed: false,
          allowed_if: expect.stringContaining('shut'),
        }),
      ]),
    });
    await send('DELETE', `/tool-policies/${String(id)}`);
    expect((await call(as(server, token, era), 'whoami')).status).toBe(200);
  });

  it('is for those it names only: clients, people, groups', async () => {
    const [one, other] = [
      await personConnection(server, 'mcp:tools:read'),
      await personConnection(server, 'mcp:tools:read'),
    ];
    const status = async ({ tokens }: typeof one) =>
      (await call(as(server, tokens.access_token, era), 'whoami')).status;
    await policy({ name: 'one client', items: ['whoami'], clients: [one.client.clientId], disabled: true });
    expect([await status(one), await status(other)]).toEqual([403, 200]);
    const { sub } = claimsOf(one.tokens.access_token);
    const group = (await send('POST', '/groups', { name: `Ward ${era}`, members: [] })).json();
    await policy({ name: 'a group', items: ['whoami'], groups: [`  WARD ${era}`], roles: ['auditor'] });
    expect(await status(other)).toBe(200);
    await send('PATCH', `/groups/${String(group.id)}/members`, { add: [sub] });
    expect(await status(other)).toBe(403);
    await send('DELETE', `/groups/${String(group.id)}`);
    expect(await status(other)).toBe(200);
    await policy({ name: 'a person', items: ['whoami'], users: [sub], disabled: true });
    expect(await status(other)).toBe(403);
  });

  it('can ask for another sign-in, a role, and no more than some calls', async () => {
    const token = await personToken(server, 'mcp:tools:read');
    const asker = as(server, token, era);
    const acr = 'urn:gatehouse:acr:passkey';
    const first = (
      await policy({ name: 'strong', items: ['whoami'], step_up: { acr, max_age: 600 } })
    ).json();
    const refused = await call(asker, 'whoami');
    expect([refused.status, refused.challenge]).toEqual([
      401,
      expect.stringMatching(/acr_values="urn:gatehouse:acr:passkey", max_age="600"$/),
    ]);
    await send('PATCH', `/tool-policies/${String(first.id)}`, {
      step_up: null,
      quota: { calls: 1, per: 60, by: 'grant' },
    });
    expect((await call(asker, 'whoami')).status).toBe(200);
    const throttled = await call(asker, 'whoami');
    expect([throttled.status, Number(throttled.headers['retry-after']) > 0]).toEqual([429, true]);
    // Counted over all items of the policy.
    await send('PATCH', `/tool-policies/${String(first.id)}`, { items: ['whoami', 'notes_list'] });
    expect((await call(asker, 'notes_list')).status).toBe(429);
    expect((await explained(throttled)).policies).toEqual([{ name: 'strong', version: 2 }]);
  });
});

describe('The API of policies', () => {
  it('shows what is in force, with what the file says, and what it comes to for a tool', async () => {
    const json = { name: 'keep out', items: ['notes_add'], redact: ['body'], timeout_ms: 900 };
    const { id } = (await policy(json)).json();
    await policy({ name: 'some', items: ['notes_*'], clients: ['ops'], disabled: true });
    const { items } = (await send('GET', '/tool-policies')).json();
    expect(items).toMatchObject([
      { name: 'nobody', configured: true, groups: ['Nobody'], disabled: true },
      { name: 'slow down', configured: true, step_up: { max_age: 600 } },
      { id, ...json, configured: false, version: 1, matches: ['notes_add'] },
      { name: 'some', matches: ['notes_add', 'notes_delete', 'notes_list', 'notes_search'] },
    ]);
    const tool = (await send('GET', '/tools/notes_add')).json();
    expect(tool).toMatchObject({
      timeout_ms: 900,
      disabled: false,
      scopes: ['mcp:tools:execute'],
      quotas: [],
    });
    expect(tool.redact).toContain('body');
    expect(tool.policies).toMatchObject([
      { name: 'nobody', selective: true },
      { id, name: 'keep out', selective: false },
      { name: 'some', selective: true },
    ]);
  });

  it('keeps what a policy redacts out of the trail, sealed too', async () => {
    const token = await personToken(server, 'mcp:tools:execute');
    await policy({ name: 'quiet', items: ['notes_search'], redact: ['text'] });
    await call(as(server, token, 'modern'), 'notes_search', { text: 'hush-hush', limit: 3 });
    const [event] = (
      await send('GET', `/audit/events?type=mcp.tool.called&grant_id=${String(claimsOf(token)['gid'])}`)
    )
      .json()
      .items.filter(({ tool }: { tool: { phase: string } }) => tool.phase === 'decision');
    expect(event.authz.policies).toEqual([{ name: 'quiet', version: 1 }]);
    const opened = await send('GET', `/audit/events/${String(event.event_id)}/payload?reason=test`);
    expect(opened.json().payload.tool.args).toEqual({ text: '[redacted]', limit: 3 });
  });

  it('tells clients that listen that the lists are others now', async () => {
    const news = await listening(server, await personToken(server, 'mcp:tools:read'));
    await policy({ name: 'heard', items: ['whoami'], disabled: true });
    expect(await news('notifications/tools/list_changed')).toBe(true);
  });

  it('records each change with what it was, honours If-Match, and rehearses', async () => {
    const created = await policy({ name: 'audited', items: ['whoami'], disabled: true });
    const { id } = created.json();
    const path = `/tool-policies/${String(id)}`;
    expect(created.headers['location']).toBe(`${server.url}/admin/v1${path}`);
    const stale = await send('PATCH', path, { items: ['x'] }, { 'if-match': '"other"' });
    expect(stale.status).toBe(412);
    const rehearsed = await send('DELETE', `${path}?dry_run=true`);
    expect(rehearsed.json()).toMatchObject({
      dry_run: true,
      would_record: [{ type: 'tool_policy.deleted' }],
    });
    const token = await personToken(server, 'mcp:tools:read');
    expect((await call(as(server, token, 'modern'), 'whoami')).status).toBe(403);
    await send('PATCH', path, { items: ['notes_list'], disabled: null, timeout_ms: 5 });
    expect((await call(as(server, token, 'modern'), 'whoami')).status).toBe(200);
    expect((await send('DELETE', path, { reason: 'over' })).status).toBe(200);
    expect((await send('GET', path)).status).toBe(404);
    const events = ['created', 'changed', 'deleted'].map(async (what) => {
      const found = await send('GET', `/audit/events?type=tool_policy.${what}&limit=200`);
      const items = found.json().items as { targets: { id: string }[]; change: { patch: object[] } }[];
      return items.filter(({ targets }) => targets[0]?.id === id);
    });
    const [create, change, remove] = (await Promise.all(events)).map(([event]) => event);
    expect(create!.change.patch).toEqual(
      expect.arrayContaining([expect.objectContaining({ op: 'add', path: '/name', value: 'audited' })]),
    );
    expect(remove).toMatchObject({ reason: 'over' });
    expect(change?.change.patch).toEqual(
      expect.arrayContaining([
        { op: 'remove', path: '/rules/disabled' },
        { op: 'add', path: '/rules/timeoutMs', value: 5 },
        expect.objectContaining({ op: 'replace', path: '/items/0', value: 'notes_list' }),
      ]),
    );
  });

  it.each<[string, object, number, string]>([
    ['nothing to ask', { name: 'x', items: ['a'] }, 422, 'asks_nothing'],
    ['no items', { name: 'x', items: [], disabled: true }, 400, 'items'],
    ['an unknown scope', { name: 'x', items: ['a'], scopes: ['no:such'] }, 400, 'scopes'],
    ['an unknown group', { name: 'x', items: ['a'], groups: ['Ghosts'], disabled: true }, 400, 'groups'],
    ['an unknown person', { name: 'x', items: ['a'], users: [randomUUID()], disabled: true }, 400, 'users'],
    ['an unknown client', { name: 'x', items: ['a'], clients: ['c'], disabled: true }, 400, 'clients'],
    ['an unknown level', { name: 'x', items: ['a'], step_up: { acr: 'gold' } }, 400, 'step_up.acr'],
    ['an empty step-up', { name: 'x', items: ['a'], step_up: {} }, 400, 'step_up'],
    ['a role there is not', { name: 'x', items: ['a'], roles: ['owner'] }, 400, 'roles'],
    [
      'a quota of nothing',
      { name: 'x', items: ['a'], quota: { calls: 0, per: 1, by: 'user' } },
      400,
      'quota',
    ],
    ['a tool let in', { name: 'x', items: ['a'], disabled: false }, 400, 'disabled'],
    ['a member there is not', { name: 'x', items: ['a'], disabled: true, allow: ['b'] }, 400, 'allow'],
    ['a NUL', { name: 'x', items: ['a\u0000'], disabled: true }, 400, 'items'],
    ['a name of the file', { name: 'nobody', items: ['a'], disabled: true }, 409, 'name'],
  ])('refuses a policy with %s', async (_, json, status, member) => {
    const answer = await policy(json);
    expect([answer.status, answer.headers['content-type']]).toEqual([
      status,
      expect.stringContaining('application/problem+json'),
    ]);
    expect(answer.text).toContain(member === 'asks_nothing' ? 'must ask for something' : member);
  });

  it('refuses a second policy of a name, and to take the last rule away', async () => {
    const json = { name: 'twice', items: ['a'], disabled: true };
    const { id } = (await policy(json)).json();
    expect((await policy(json)).status).toBe(409);
    expect((await send('PATCH', `/tool-policies/${String(id)}`, { disabled: null })).status).toBe(422);
    expect((await send('PATCH', `/tool-policies/${String(id)}`, { name: null })).status).toBe(400);
  });
});

describe('Policies of the configuration file', () => {
  it('that name what there is not yet are told in the log', () => {
    expect(server.output()).toMatch(/nobody names in groups .*Nobody.*which there is not/);
    expect(server.output()).toMatch(/nobody names in items .*gone_\*/);
    expect(server.output()).not.toMatch(/slow down names/);
  });

  it('that ask for what nobody can have keep the server from starting, all told at once', async () => {
    const toolPolicies = [
      { name: 'a', items: ['*'], scopes: ['no:such'] },
      { name: 'b', items: ['*'], stepUp: { acr: 'gold' } },
    ];
    const { code, output } = await runToExit({ config: { policies: { toolPolicies } } });
    expect(code).not.toBe(0);
    expect(output).toContain('a names in scopes "no:such"');
    expect(output).toContain('b names in stepUp "gold"');
  });

  it('that contradict themselves do so, too', async () => {
    const toolPolicies = [
      { name: 'a', items: ['*'] },
      { name: 'a', items: ['*'], disabled: false },
      { name: 'c', items: ['*'], stepUp: {} },
    ];
    const { code, output } = await runToExit({ config: { policies: { toolPolicies } } });
    expect(code).not.toBe(0);
    expect(output).toContain('disabled must be equal to true');
    const twice = [
      { ...toolPolicies[0] },
      { ...toolPolicies[2] },
      { name: 'a', items: ['*'], disabled: true },
    ];
    const other = await runToExit({ config: { policies: { toolPolicies: twice } } });
    expect(other.output).toContain('a asks for nothing');
    expect(other.output).toContain('has a twice');
    expect(other.output).toContain('c has a stepUp without acr and maxAge');
  });
});
