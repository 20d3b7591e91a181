import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken, connect, registerClient, tokenRequest, tokensOf } from '../support/actors.js';
import { request, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { mismatches, openApi, type OpenApi } from './routes.js';

let server: TestServer;
let token: string;
let document: OpenApi;

beforeAll(async () => {
  server = await startServer();
  token = await adminToken(server);
  document = await openApi(server);
});

const send = (method: string, path: string, json?: object, bearer = token): Promise<HttpResponse> =>
  adminCall(server, method, path, { token: bearer, ...(json && { json }) });
const planFor = (selector: object): Promise<HttpResponse> => send('POST', '/revocation-plans', { selector });
const apply = (plan: HttpResponse, more: object = {}): Promise<HttpResponse> =>
  send('POST', `/revocation-plans/${plan.json().id}/apply`, { plan_hash: plan.json().plan_hash, ...more });
const listTools = async (bearer: string): Promise<number> =>
  (
    await request('POST', `${server.base}/mcp`, {
      headers: { authorization: `Bearer ${bearer}`, accept: 'application/json, text/event-stream' },
      json: { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} },
    })
  ).status;

function fits(response: HttpResponse, method: string, path: string, status: string): void {
  const answer = document.paths[`/admin/v1${path}`]![method]!.responses[status]!;
  const schema = answer.content!['application/json']!.schema;
  expect(mismatches(document, schema, response.json())).toEqual([]);
}

/** One app of one person with a living grant. */
async function connected(scope = 'mcp:tools:read') {
  const { client, tokens } = await connect(server, { scope });
  const [grant] = (await send('GET', `/grants?client_id=${client.clientId}`)).json().items;
  return { client, grant, bearer: tokens.access_token, tokens };
}

describe('a revocation plan', () => {
  it('says what it would hit and ends nothing; applied, it ends that and nothing else', async () => {
    const [one, other] = [await connected(), await connected()];
    const plan = await planFor({ client_id: one.client.clientId });
    fits(plan, 'post', '/revocation-plans', '201');
    expect(plan.status).toBe(201);
    expect(plan.json()).toMatchObject({
      counts: { people: 1, clients: 1, grants: 1, sessions: 0, access_tokens: 1, api_keys: 0 },
      samples: { people: [{ email: 'admin@example.com' }], grants: [one.grant.id] },
      approvals_needed: 0,
      warnings: [],
      applied: false,
    });
    expect(await listTools(one.bearer)).toBe(200);

    const applied = await apply(plan, { reason: 'Not needed any more' });
    fits(applied, 'post', '/revocation-plans/{id}/apply', '200');
    expect(applied.json()).toMatchObject({
      ended: { grants: 1, sessions: 0, tokens: 0 },
      propagated: true,
      replicas: [{ ms: expect.any(Number) }],
      receipt: { acknowledged: 1, replicas: 1 },
    });
    expect([await listTools(one.bearer), await listTools(other.bearer)]).toEqual([401, 200]);
    const [event] = (await send('GET', `/audit/events?grant=${one.grant.id}&type=revocation.applied`)).json()
      .items;
    expect(event.details).toMatchObject({ plan_id: plan.json().id });
  });

  it('is applied once; again changes nothing', async () => {
    const { client } = await connected();
    const plan = await planFor({ client_id: client.clientId });
    const [first, second] = [await apply(plan), await apply(plan)];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.json().seq).toBe(first.json().seq);
    expect([first.json().receipt !== undefined, second.json().receipt]).toEqual([true, undefined]);
  });

  it('that would end something else by now is refused with what it would end, and asked again', async () => {
    const { client } = await connected();
    const plan = await planFor({ client_id: client.clientId });
    await connect(server, { client });
    const drifted = await apply(plan);
    expect([drifted.status, drifted.json().code]).toEqual([409, 'conflict']);
    expect(drifted.json().plan.counts.grants).toBe(2);
    expect(drifted.json().plan.plan_hash).not.toBe(plan.json().plan_hash);
    const again = await send('POST', `/revocation-plans/${plan.json().id}/apply`, {
      plan_hash: drifted.json().plan.plan_hash,
    });
    expect(again.json().ended.grants).toBe(2);
  });

  it.each([
    [
      'user_id and client_id',
      ({ grant, client }) => ({ user_id: grant.user_id, client_id: client.clientId }),
    ],
    ['grant_id', ({ grant }) => ({ grant_id: grant.id })],
    ['session_id', ({ grant }) => ({ session_id: grant.session_id })],
    ['a pasted access token', ({ bearer }) => ({ token: bearer })],
    ['a pasted refresh token', ({ tokens }) => ({ token: tokens.refresh_token })],
    ['scope and client_id', ({ client }) => ({ scope: 'mcp:tools:read', client_id: client.clientId })],
    ['tool and client_id', ({ client }) => ({ tool: 'whoami', client_id: client.clientId })],
    [
      'resource, client_id and issued_before',
      ({ client }) => ({
        resource: `${server.url}/mcp`,
        client_id: client.clientId,
        issued_before: new Date(Date.now() + 60_000).toISOString(),
      }),
    ],
  ] as [string, (one: Awaited<ReturnType<typeof connected>>) => object][])(
    'selects by %s',
    async (_, selectorOf) => {
      const one = await connected('mcp:tools:read offline_access');
      const plan = await planFor(selectorOf(one));
      expect([plan.status, plan.json().counts?.access_tokens]).toEqual([201, 1]);
      expect(plan.text).not.toContain(one.bearer);
      expect(await listTools(one.bearer)).toBe(200);
      expect((await apply(plan, { acknowledge: ['ends_own_access'] })).status).toBe(200);
      expect(await listTools(one.bearer)).toBe(401);
    },
  );

  it('selects by identity provider, by age and by scope only what they name', async () => {
    const { grant } = await connected();
    for (const selector of [
      { user_id: grant.user_id, idp: 'nobody' },
      { grant_id: grant.id, issued_before: '2020-01-01T00:00:00Z' },
      { grant_id: grant.id, scope: 'mcp:tools:execute' },
      { grant_id: grant.id, resource: 'https://elsewhere.test/' },
      { grant_id: randomUUID() },
    ]) {
      const plan = (await planFor(selector)).json();
      expect(plan).toMatchObject({ counts: { grants: 0, sessions: 0 }, warnings: ['nothing_matches'] });
    }
  });

  it.each([
    [{}, 'selector'],
    [{ all: false }, 'selector.all'],
    [{ all: true, user_id: randomUUID() }, 'selector.all'],
    [{ jti: randomUUID(), client_id: 'x' }, 'selector.jti'],
    [{ user_id: "' OR 1=1--" }, 'selector.user_id'],
    [{ client_id: { $ne: null } }, 'selector.client_id'],
    [{ everything: true }, 'selector.everything'],
    [{ tool: 'no-such-tool' }, 'selector.tool'],
    [{ token: 'garbage' }, 'selector.token'],
    [{ issued_before: 'yesterday' }, 'selector.issued_before'],
  ])('refuses the selector %j', async (selector, field) => {
    const refused = await planFor(selector);
    expect([refused.status, refused.json().errors[0].field]).toEqual([400, field]);
    expect(refused.text).not.toContain('garbage');
  });

  it('of everything ends everybody’s access, the machines’ too, and warns whoever loses their own', async () => {
    const { bearer } = await connected();
    const plan = await planFor({ all: true });
    expect(plan.json().warnings).toEqual(['ends_own_access']);
    const refused = await apply(plan);
    expect([refused.status, refused.json().detail]).toEqual([
      409,
      expect.stringContaining('Your own access'),
    ]);
    expect(await listTools(bearer)).toBe(200);
    const dry = await send('POST', `/revocation-plans/${plan.json().id}/apply?dry_run=true`, {
      plan_hash: plan.json().plan_hash,
      acknowledge: ['ends_own_access'],
    });
    expect([dry.status, dry.json().answer.ended.grants > 0, await listTools(bearer)]).toEqual([
      200,
      true,
      200,
    ]);
    expect((await apply(plan, { acknowledge: ['ends_own_access'] })).status).toBe(200);
    expect([await listTools(bearer), (await send('GET', '/users')).status]).toEqual([401, 401]);
    token = await adminToken(server);
    expect((await send('GET', '/sessions?active=true')).json().items).toEqual([]);
  });

  it('is followed live until every replica has it, and found again', async () => {
    const { client } = await connected();
    const plan = await planFor({ client_id: client.clientId });
    expect((await send('GET', `/revocations/${plan.json().id}`)).status).toBe(404);
    await apply(plan, { reason: 'Followed' });
    const events = await send('GET', `/revocations/${plan.json().id}/events`);
    expect(events.headers['content-type']).toMatch(/^text\/event-stream/);
    const states = [...events.text.matchAll(/^data: (.+)$/gm)].map(([, data]) => JSON.parse(data!));
    expect(states.at(-1)).toMatchObject({ id: plan.json().id, propagated: true, reason: 'Followed' });
    const shown = await send('GET', `/revocations/${plan.json().id}`);
    fits(shown, 'get', '/revocations/{id}', '200');
    const listed = await send('GET', '/revocations?limit=1');
    fits(listed, 'get', '/revocations', '200');
    expect(listed.json().items[0].id).toBe(plan.json().id);
    expect((await send('GET', '/revocations?actor=nobody')).json().items).toEqual([]);
    await sleep(300);
    const told = (await send('GET', '/audit/events?type_prefix=revocation.&limit=200')).json().items;
    const types = told
      .filter((event: { targets?: { id: string }[] }) =>
        event.targets?.some(({ id }) => id === plan.json().id),
      )
      .map((event: { type: string }) => event.type);
    expect([...types].sort()).toEqual(['revocation.applied', 'revocation.planned', 'revocation.propagated']);
  });

  it('of a signing key replaces the key and ends what it signed', async () => {
    const { bearer } = await connected();
    const { keys } = (await request('GET', `${server.base}/oauth2/jwks`)).json();
    const plan = await planFor({ kid: keys[0].kid });
    expect(plan.json().warnings).toContain('replaces_signing_key');
    expect((await apply(plan, { acknowledge: ['ends_own_access'] })).status).toBe(200);
    expect(await listTools(bearer)).toBe(401);
    token = await adminToken(server);
    expect(
      (await send('GET', '/keys')).json().items.find((key: { kid: string }) => key.kid === keys[0].kid).state,
    ).toBe('revoked');
  });
});

describe('POST /tokens/lookup', () => {
  const lookUp = (value: string): Promise<HttpResponse> => send('POST', '/tokens/lookup', { token: value });

  it('tells what a token is and which entry of the ledger ended it, and neither stores nor logs it', async () => {
    const { client, grant, tokens } = await connected('mcp:tools:read offline_access');
    const found = await lookUp(tokens.access_token);
    fits(found, 'post', '/tokens/lookup', '200');
    expect(found.json()).toMatchObject({
      kind: 'access',
      alive: true,
      client_id: client.clientId,
      grant_id: grant.id,
    });
    expect((await lookUp(tokens.refresh_token!)).json()).toMatchObject({
      kind: 'refresh',
      alive: true,
      grant_id: grant.id,
    });
    await send('DELETE', `/grants/${grant.id}?reason=lost`);
    expect((await lookUp(tokens.access_token)).json()).toMatchObject({
      alive: false,
      over: 'revoked',
      ended_by: { kind: 'grant', key: grant.id, reason: 'lost' },
    });
    expect((await lookUp(tokens.refresh_token!)).json()).toMatchObject({ alive: false, over: 'revoked' });
    for (const value of ['garbage', `${tokens.access_token}x`])
      expect((await lookUp(value)).status).toBe(404);
    const trail = (await send('GET', '/audit/events?limit=200')).text;
    for (const secret of [tokens.access_token, tokens.refresh_token!]) {
      expect(server.output()).not.toContain(secret);
      expect(trail).not.toContain(secret);
    }
  });
});

describe('a token that has expired', () => {
  it('is told as what it was, and one that was changed is none of ours', async () => {
    const brief = await startServer({ config: { lifetimes: { accessToken: '1s' } } });
    const { client, tokens } = await connect(brief);
    await sleep(2_100);
    const lookUp = (value: string) => adminCall(brief, 'POST', '/tokens/lookup', { json: { token: value } });
    expect((await lookUp(tokens.access_token)).json()).toMatchObject({
      kind: 'access',
      alive: false,
      over: 'expired',
      client_id: client.clientId,
    });
    const [head, , signature] = tokens.access_token.split('.');
    const claims = Buffer.from('{"sub":"x"}').toString('base64url');
    for (const value of [`${tokens.access_token}x`, `${head}.${claims}.${signature}`])
      expect((await lookUp(value)).status).toBe(404);
  });
});

describeOnPostgres('a token whose key has left the key set', () => {
  it('is told as what it was, until its key is revoked', async () => {
    const brief = await startServer({ config: { lifetimes: { accessToken: '1s' } } });
    const { client, tokens } = await connect(brief);
    const { kid } = JSON.parse(Buffer.from(tokens.access_token.split('.')[0]!, 'base64url').toString());
    expect((await adminCall(brief, 'POST', '/keys/rotate', { json: { immediate: true } })).status).toBe(200);
    const retired = () => brief.sql(`SELECT 1 FROM signing_keys WHERE kid = $1 AND state = 'retired'`, [kid]);
    while ((await retired()).length === 0) await sleep(200);
    await brief.sql(`UPDATE signing_keys SET publish_until = now() - interval '1 hour' WHERE kid = $1`, [
      kid,
    ]);
    const published = async () => (await request('GET', `${brief.base}/oauth2/jwks`)).text.includes(kid);
    for (let attempt = 0; attempt < 100 && (await published()); attempt++) await sleep(100);
    const lookUp = () => adminCall(brief, 'POST', '/tokens/lookup', { json: { token: tokens.access_token } });
    expect((await lookUp()).json()).toMatchObject({ over: 'expired', kid, client_id: client.clientId });
    await brief.sql(`UPDATE signing_keys SET state = 'revoked' WHERE kid = $1`, [kid]);
    expect((await lookUp()).status).toBe(404);
  });
});

describeOnPostgres('above the threshold', () => {
  it('another operator has to approve, as it is now, and it is applied on every replica', async () => {
    const config = { policies: { revocation: { approvalAbove: 0 } } };
    const one = await startServer({ config });
    const two = await startServer({ config, database: one.databaseUrl!, env: { PUBLIC_URL: one.url } });
    const mine = await adminToken(one);
    const client = await registerClient(one);
    const { tokens } = await connect(one, { client });
    const call = (method: string, path: string, json: object, bearer = mine) =>
      adminCall(one, method, path, { json, token: bearer });
    const second = (
      await call('POST', '/clients', {
        name: 'Second operator',
        grant_types: ['client_credentials'],
        auth_method: 'client_secret_basic',
        scopes: ['admin:grants'],
        allowed_scopes: ['admin:grants'],
      })
    ).json();
    const credentials = {
      clientId: second.id,
      clientSecret: second.client_secret,
      authMethod: 'client_secret_basic',
    };
    const theirs = tokensOf(
      await tokenRequest(
        one,
        { ...credentials, redirectUri: '', registration: {} },
        { grant_type: 'client_credentials', resource: `${one.url}/admin` },
      ),
    ).access_token;

    const plan = (
      await call('POST', '/revocation-plans', { selector: { client_id: client.clientId } })
    ).json();
    expect(plan.approvals_needed).toBe(1);
    const path = `/revocation-plans/${plan.id}`;
    const yes = { plan_hash: plan.plan_hash };
    expect((await call('POST', `${path}/apply`, yes)).json().detail).toContain('Another operator');
    expect((await call('POST', `${path}/approve`, yes)).json().detail).toContain('own');
    expect((await call('POST', `${path}/approve`, { plan_hash: 'x'.repeat(43) }, theirs)).status).toBe(409);
    expect((await call('POST', `${path}/approve`, yes, theirs)).json().approvals).toEqual([second.id]);

    await connect(one, { client });
    const drifted = await call('POST', `${path}/apply`, yes);
    expect([drifted.status, drifted.json().plan.approvals]).toEqual([409, []]);
    const now = { plan_hash: drifted.json().plan.plan_hash };
    expect((await call('POST', `${path}/apply`, now)).status).toBe(409);
    expect((await call('POST', `${path}/approve`, now, theirs)).status).toBe(200);

    const applied = await call('POST', `${path}/apply`, now);
    expect(applied.json()).toMatchObject({
      ended: { grants: 2 },
      propagated: true,
      receipt: { acknowledged: 2, replicas: 2 },
    });
    expect(applied.json().replicas).toHaveLength(2);
    const refused = await request('POST', `${two.base}/mcp`, {
      headers: {
        authorization: `Bearer ${tokens.access_token}`,
        accept: 'application/json, text/event-stream',
      },
      json: { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} },
    });
    expect(refused.status).toBe(401);
    await Promise.all([one.stop(), two.stop()]);
  });
});
