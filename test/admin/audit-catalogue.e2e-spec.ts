import { beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import {
  adminCall,
  adminToken,
  attemptSignIn,
  callTool,
  connect,
  refresh,
  registerClient,
} from '../support/actors.js';
import { CookieJar, post } from '../support/http.js';
import { NO_MAILBOX } from '../support/mailbox.js';
import { startServer, type TestServer } from '../support/server.js';

interface Event {
  event_id: string;
  type: string;
  change?: { before_hash: string | null; after_hash: string | null; patch: Record<string, unknown>[] };
  reason?: string;
  ticket?: string;
  [member: string]: unknown;
}

let server: TestServer;
let token: string;

const call = (method: string, path: string, json?: object) =>
  adminCall(server, method, path, { token, ...(json && { json }) });

beforeAll(async () => {
  server = await startServer({ config: { mail: NO_MAILBOX } });
  token = await adminToken(server);
});

async function every(query = ''): Promise<Event[]> {
  const events: Event[] = [];
  let cursor: string | undefined;
  do {
    const page = (
      await call(
        'GET',
        `/audit/events?limit=200${query}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      )
    ).json<{ items: Event[]; next?: string }>();
    events.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return events;
}

const last = async (type: string): Promise<Event> => (await every(`&type=${type}`))[0]!;

/** Something of every room. */
async function story(): Promise<void> {
  const { client, tokens } = await connect(server, { scope: 'mcp:tools:execute offline_access' });
  await callTool(server, tokens.access_token, 'whoami', {});
  await callTool(server, tokens.access_token, 'no_such_tool', {});
  await refresh(server, client, tokens.refresh_token ?? 'none');
  await refresh(server, client, 'gh_rt_unknown');
  await attemptSignIn(server, new CookieJar(), { password: 'wrong' });
  await post(`${server.base}/oauth2/revoke`, {
    form: { token: tokens.access_token, client_id: client.clientId },
  });
  const person = (await call('POST', '/users', { email: 'p@example.com', name: 'P' })).json().id as string;
  await call('POST', `/users/${person}/disable`, { reason: 'left' });
  const group = (await call('POST', '/groups', { name: 'Team', roles: ['auditor'], members: [] })).json()
    .id as string;
  await call('PATCH', `/groups/${group}`, { name: 'Crew' });
  await call('PATCH', `/groups/${group}/members`, { add: [person] });
  await call('DELETE', `/groups/${group}`);
  const policy = { name: 'careful', items: ['*'], step_up: { max_age: 60 }, roles: ['auditor'] };
  const { id } = (await call('POST', '/tool-policies', policy)).json();
  const again = await connect(server, { scope: 'mcp:tools:read' });
  await callTool(server, again.tokens.access_token, 'whoami', {});
  const quota = { calls: 1, per: 60, by: 'user' };
  await call('PATCH', `/tool-policies/${String(id)}`, { roles: null, quota });
  for (let calls = 0; calls < 2; calls++) await callTool(server, again.tokens.access_token, 'whoami', {});
  await call('PATCH', `/tool-policies/${String(id)}`, { disabled: true });
  await callTool(server, again.tokens.access_token, 'whoami', {});
  await call('DELETE', `/tool-policies/${String(id)}`);
  await call('POST', '/keys/rotate', {});
  await call('POST', '/scim-tokens', { note: 'hr' });
  await call('POST', '/initial-access-tokens', { note: 'ci' });
  await call('GET', '/nothing');
  await adminCall(server, 'GET', '/users', { token: 'garbage' });
}

describe('GET /audit/event-types', () => {
  it('has a schema that every event of its type keeps to', async () => {
    await story();
    const ajv = new Ajv2020({
      allErrors: true,
      allowUnionTypes: true,
      formats: { uuid: true, 'date-time': true },
    });
    const { items } = (await call('GET', '/audit/event-types')).json<{
      items: { type: string; schema: object }[];
    }>();
    const schemas = new Map<string, ValidateFunction>(
      items.map(({ type, schema }) => [type, ajv.compile(schema)]),
    );
    const events = await every();
    const wrong = events.flatMap((event) => {
      const fits = schemas.get(event.type);
      if (fits?.(event)) return [];
      return [`${event.type}: ${fits ? ajv.errorsText(fits.errors) : 'is not in the catalogue'}`];
    });
    expect([...new Set(wrong)]).toEqual([]);
    expect(new Set(events.map(({ type }) => type)).size).toBeGreaterThan(25);
  });

  it('says of every type what it means, its OCSF class and activity, how long it is kept, and where personal data is', async () => {
    const { items } = (await call('GET', '/audit/event-types')).json();
    for (const item of items)
      expect(item).toMatchObject({
        type: expect.stringMatching(/^[a-z_]+(\.[a-z_]+)+$/),
        description: expect.stringMatching(/^[A-Z].+[^.]$/),
        ocsf_class: expect.any(Number),
        ocsf_activity: expect.any(Number),
        retention: expect.stringMatching(/^(security|admin|tool_call|verbose)$/),
        pii_fields: expect.arrayContaining(['request.ip']),
      });
  });
});

describe('the event of a change by an operator', () => {
  it('has what was different about a client, as a patch, with the hash of what was and of what is', async () => {
    const { id } = (
      await call('POST', '/clients', {
        name: 'One',
        redirect_uris: ['https://a.test/cb'],
        auth_method: 'client_secret_basic',
      })
    ).json();
    const created = (await last('client.registered')).change!;
    expect(created.before_hash).toBeNull();
    expect(created.patch).toContainEqual({ op: 'add', path: '/name', value: 'One' });
    await call('PATCH', `/clients/${id}`, { name: 'Two' });
    const { change } = await last('client.changed');
    expect(change!.patch).toEqual([{ op: 'replace', path: '/name', value: 'Two' }]);
    expect(change!.before_hash).toBe(created.after_hash);
    expect(change!.after_hash).toMatch(/^[0-9a-f]{64}$/);
    await call('POST', `/clients/${id}/suspend`, { reason: 'looks odd', ticket: 'SEC-7' });
    expect(await last('client.suspended')).toMatchObject({
      reason: 'looks odd',
      ticket: 'SEC-7',
      change: { patch: [{ op: 'replace', path: '/trust_state', value: 'suspended' }] },
    });
    await call('DELETE', `/clients/${id}`);
    expect((await last('client.deleted')).change!.after_hash).toBeNull();
  });

  it('says of a new secret only that there is one, and no event has it', async () => {
    const { id, secret } = (
      await call('POST', '/clients', {
        name: 'S',
        redirect_uris: ['https://a.test/cb'],
        auth_method: 'client_secret_basic',
      })
    ).json();
    const rotated = (await call('POST', `/clients/${id}/secret`)).json();
    expect((await last('client.secret_rotated')).change!.patch).toEqual([
      { op: 'replace', path: '/client_secret', value: { changed: true } },
    ]);
    const trail = JSON.stringify(await every());
    for (const one of [secret, rotated.secret, rotated.client_secret].filter(Boolean))
      expect(trail).not.toContain(one);
  });

  it('has what was different about a person, a group, a pre-consent, an identity provider and a key', async () => {
    const person = (await call('POST', '/users', { email: 'q@example.com' })).json().id as string;
    await call('PATCH', `/users/${person}`, { roles: ['auditor'] });
    expect((await last('user.roles.changed')).change!.patch).toEqual([
      { op: 'add', path: '/roles/-', value: 'auditor' },
    ]);
    const { id } = (await call('POST', '/groups', { name: 'G' })).json();
    await call('PATCH', `/groups/${id}`, { roles: ['operator'] });
    expect((await last('group.changed')).change!.patch).toEqual([
      { op: 'add', path: '/roles/-', value: 'operator' },
    ]);
    await call('POST', '/keys/rotate', {});
    expect(await last('key.announced')).toMatchObject({
      change: { patch: expect.any(Array) },
    });
    const settings = {
      kind: 'oidc',
      name: 'Corp',
      issuer: 'https://idp.example',
      clientId: 'x',
      clientSecret: 'canary-of-a-secret-7391',
    };
    const created = await call('POST', '/identity-providers', { id: 'corp', settings });
    expect([created.status, created.text.slice(0, 300)]).toEqual([201, expect.any(String)]);
    await call('PATCH', '/identity-providers/corp', {
      settings: { clientSecret: 'canary-of-a-secret-7392' },
    });
    expect((await last('idp.provider.changed')).change!.patch).toEqual([
      { op: 'replace', path: '/clientSecret', value: { changed: true } },
    ]);
    await call('DELETE', '/identity-providers/corp');
    expect(JSON.stringify(await every('&type_prefix=idp.'))).not.toContain('canary-of-a-secret');
    const client = await registerClient(server);
    const preConsent = {
      client_id: client.clientId,
      audience: 'everyone',
      resource: `${server.url}/mcp`,
      scopes: ['mcp:tools:read'],
    };
    const made = await call('POST', '/pre-consents', preConsent);
    expect([made.status, made.text.slice(0, 300)]).toEqual([201, expect.any(String)]);
    expect((await last('consent.preapproved')).change!.patch).toContainEqual({
      op: 'add',
      path: '/scopes',
      value: ['mcp:tools:read'],
    });
  });

  it('takes a bounded reason and ticket', async () => {
    const response = await call('POST', '/clients/ops/suspend', { ticket: 'x'.repeat(101) });
    expect(response.status).toBe(400);
    expect(response.json().errors[0].field).toBe('ticket');
  });
});
