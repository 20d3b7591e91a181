import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  adminCall,
  adminToken,
  authorize,
  exchange,
  opsClient,
  registerClient,
  tokenRequest,
  tokensOf,
} from '../support/actors.js';
import { compiledEntry } from '../support/compiled-entry.js';
import { CookieJar } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { as, ask, audit, call, claimsOf, ERAS, personToken, send, textOf, type Sent } from './harness.js';

const LETTERS = ['letters:read', 'letters:write'].map((name) => ({
  ...{ name, sentence: `Handle ${name}`, group: 'read' },
}));

const ROBOT = {
  ...{ clientId: 'robot', name: 'Robot', clientSecret: '0b6a2f1de94c75830b6a2f1de94c7583' },
  ...{ scopes: ['mcp:tools:read'], grantTypes: ['client_credentials'] },
};

let server: TestServer;
let admin: string;
let token: string;

beforeAll(async () => {
  const entry = await compiledEntry(new URL('guarded/main.ts', import.meta.url));
  server = await startServer({
    entry,
    config: { scopes: LETTERS, clients: [ROBOT], policies: { mcpSessions: 'stateful' } },
  });
  admin = await adminToken(server);
  token = await personToken(server, 'mcp:tools:read');
});

async function setRoles(bearer: string, roles: string[]): Promise<void> {
  const { sub } = claimsOf(bearer);
  const answer = await adminCall(server, 'PATCH', `/users/${String(sub)}`, { token: admin, json: { roles } });
  expect(answer.status).toBe(200);
}

/** Of a client that acts for itself. */
async function robotToken(): Promise<string> {
  const client = { ...opsClient(), clientId: ROBOT.clientId, clientSecret: ROBOT.clientSecret };
  const form = { grant_type: 'client_credentials', resource: `${server.url}/mcp`, scope: 'mcp:tools:read' };
  return tokensOf(await tokenRequest(server, client, form)).access_token;
}

/** What an operator is told of a refusal. */
async function explained({ headers }: Sent) {
  const id = String(headers['x-decision-id']);
  return (await adminCall(server, 'GET', `/decisions/${id}`, { token: admin })).json();
}

const names = ({ message }: Sent): string[] =>
  (message.result.tools as { name: string }[]).map(({ name }) => name);

/** The refusal is recorded as it was told, and nothing ran. */
async function expectRefused(sent: Sent, tool: string, bearer: string, reason: string): Promise<void> {
  const events = await audit(server, { type: 'mcp.tool.called', tool, grant_id: claimsOf(bearer)['gid'] });
  const id = sent.message.error.data.decision_id as string;
  const [event] = events.filter(({ event_id }) => event_id === id);
  expect(event).toMatchObject({ event_id: sent.headers['x-decision-id'], outcome: { reason_code: reason } });
  expect(events.filter(({ tool: facts }) => facts?.decision_id === id)).toEqual([]);
}

describe.each(ERAS)('A tool with a choice of scopes (%s)', (era) => {
  it('is served with any of them, and asks for the first without', async () => {
    const writer = await personToken(server, 'letters:write');
    expect(textOf(await call(as(server, writer, era), 'choice'))).toBe('chosen');
    const refused = await call(as(server, token, era), 'choice');
    expect([refused.status, refused.challenge]).toEqual([
      403,
      expect.stringMatching(/^Bearer error="insufficient_scope".* scope="letters:read"$/),
    ]);
    await expectRefused(refused, 'choice', token, 'insufficient_scope');
    expect(await explained(refused)).toMatchObject({
      reason: 'insufficient_scope',
      missing: ['letters:read'],
      rules: [
        {
          rule: 'scopes',
          passed: false,
          required: 'one of letters:read, letters:write',
          allowed_if: expect.stringContaining('letters:read'),
        },
      ],
    });
  });
});

describe.each(ERAS)('A tool for people with a role (%s)', (era) => {
  it('is refused and hidden without the role, without a challenge that no consent could meet', async () => {
    await setRoles(token, ['admin']);
    const refused = await call(as(server, token, era), 'inspect');
    expect([refused.status, refused.challenge]).toEqual([403, undefined]);
    expect(refused.message.error).toMatchObject({
      code: -32000,
      message: 'Not allowed',
      data: { reason: 'insufficient_role' },
    });
    expect(JSON.stringify(refused.message)).not.toContain('auditor');
    await expectRefused(refused, 'inspect', token, 'insufficient_role');
    expect(await explained(refused)).toMatchObject({
      rules: [
        { rule: 'roles', passed: false, required: 'auditor', had: 'admin' },
        { rule: 'scopes', passed: true },
      ],
    });
    expect(names(await ask(as(server, token, era), 'tools/list'))).not.toContain('inspect');
    const resources = await ask(as(server, token, era), 'resources/list');
    expect(resources.message.result.resources).toEqual([]);
    expect((await ask(as(server, token, era), 'resources/read', { uri: 'guarded://ledger' })).status).toBe(
      403,
    );
  });

  it('is served from the moment the person has the role, and no longer', async () => {
    await setRoles(token, ['admin', 'auditor']);
    expect(textOf(await call(as(server, token, era), 'inspect'))).toBe('inspected');
    expect(names(await ask(as(server, token, era), 'tools/list'))).toContain('inspect');
    const read = await ask(as(server, token, era), 'resources/read', { uri: 'guarded://ledger' });
    expect(read.message.result.contents[0].text).toBe('a ledger');
    await setRoles(token, ['admin']);
    // Who loses a role loses the tokens of before, too.
    expect((await call(as(server, token, era), 'inspect')).status).toBe(401);
    token = await personToken(server, 'mcp:tools:read');
    expect((await call(as(server, token, era), 'inspect')).status).toBe(403);
  });

  it('is refused to a client that acts for itself, which is nobody with a role', async () => {
    const refused = await call(as(server, await robotToken(), era), 'inspect');
    expect(refused.message.error.data.reason).toBe('insufficient_role');
  });
});

describe('A tool that asks for a sign-in', () => {
  it.each(ERAS)(
    'that is not long ago answers an older one by a challenge that can be met (%s)',
    async (era) => {
      const client = await registerClient(server);
      const jar = new CookieJar();
      const connected = async (extra: Record<string, string> = {}) => {
        const done = await authorize(server, client, { jar, scope: 'mcp:tools:read', extra });
        const answer = await exchange(server, client, done.code, done.verifier);
        return { ...tokensOf(answer), pages: done.pages };
      };
      const first = await connected();
      expect(textOf(await call(as(server, first.access_token, era), 'fresh'))).toBe('signed in just now');
      await sleep(9_000);
      const refused = await call(as(server, first.access_token, era), 'fresh');
      expect(refused.status).toBe(401);
      expect(refused.challenge).toMatch(
        /^Bearer error="insufficient_user_authentication", error_description="[^"]+", resource_metadata="[^"]+", scope="mcp:tools:read", max_age="8"$/,
      );
      expect(refused.message.error).toMatchObject({ code: -32000, data: { max_age: 8 } });
      await expectRefused(refused, 'fresh', first.access_token, 'insufficient_user_authentication');
      expect(await explained(refused)).toMatchObject({
        rules: [
          { rule: 'scopes', passed: true },
          {
            rule: 'sign_in',
            passed: false,
            required: 'at most 8 s ago',
            allowed_if: expect.stringContaining('8 s'),
          },
        ],
      });
      // It is offered all the same: the caller can do something about it.
      expect(names(await ask(as(server, first.access_token, era), 'tools/list'))).toContain('fresh');
      // A session that is older than the challenge allows has to sign in once more.
      const second = await connected({ max_age: '8' });
      expect(second.pages).toContain('/login');
      expect(textOf(await call(as(server, second.access_token, era), 'fresh'))).toBe('signed in just now');
    },
  );

  it.each(ERAS)('of a level names the level, and nobody gets around it (%s)', async (era) => {
    const refused = await call(as(server, token, era), 'strong');
    expect([refused.status, refused.challenge]).toEqual([
      401,
      expect.stringMatching(/error="insufficient_user_authentication".*acr_values="urn:gatehouse:acr:mfa"$/),
    ]);
    expect(refused.message.error.data.acr_values).toBe('urn:gatehouse:acr:mfa');
    const robot = await call(as(server, await robotToken(), era), 'strong');
    expect(robot.status).toBe(401);
  });
});

describe.each(ERAS)('A tool with a quota (%s)', (era) => {
  it('is refused when nothing is left, with the time to wait, and counts each call once', async () => {
    const bearer = await personToken(server, 'mcp:tools:read');
    const asker = as(server, bearer, era);
    // Lists and refusals of other kinds count nothing.
    expect(names(await ask(asker, 'tools/list'))).toContain('metered');
    expect([textOf(await call(asker, 'metered')), textOf(await call(asker, 'metered'))]).toEqual([
      'counted',
      'counted',
    ]);
    const refused = await call(asker, 'metered');
    expect(refused.status).toBe(429);
    const wait = Number(refused.headers['retry-after']);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    expect(refused.message.error.data).toMatchObject({ reason: 'quota_exceeded', retry_after: wait });
    await expectRefused(refused, 'metered', bearer, 'quota_exceeded');
    const [newest] = await audit(server, { tool: 'metered', grant_id: claimsOf(bearer)['gid'] });
    expect(newest?.outcome.result).toBe('throttled');
    expect(await explained(refused)).toMatchObject({
      result: 'throttled',
      rules: [
        { rule: 'scopes', passed: true },
        { rule: 'quota', passed: false, required: '2 calls in 60 s by grant', had: 'nothing left' },
      ],
    });
    // Another grant has its own.
    const other = await personToken(server, 'mcp:tools:read');
    expect(textOf(await call(as(server, other, era), 'metered'))).toBe('counted');
  });

  it('lets through no more of many at once than it says', async () => {
    const bearer = await personToken(server, 'mcp:tools:read');
    const sent = await Promise.all(
      Array.from({ length: 10 }, () => call(as(server, bearer, era), 'metered')),
    );
    expect(sent.filter(({ message }) => message.result)).toHaveLength(2);
    for (const { message } of sent.filter((each) => each.message.error))
      expect(message.error.data).toMatchObject({ reason: 'quota_exceeded', retry_after: expect.any(Number) });
    const events = await audit(server, { tool: 'metered', grant_id: claimsOf(bearer)['gid'] });
    const decisions = events.filter(({ tool }) => tool?.phase === 'decision');
    expect(decisions.map(({ outcome }) => outcome.result).sort()).toEqual([
      'allowed',
      'allowed',
      ...Array<string>(8).fill('throttled'),
    ]);
  });

  it('is the same for a prompt', async () => {
    const asker = as(server, await personToken(server, 'mcp:tools:read'), era);
    expect((await ask(asker, 'prompts/get', { name: 'draft' })).message.result.messages).toHaveLength(1);
    expect((await ask(asker, 'prompts/get', { name: 'draft' })).status).toBe(429);
  });
});

describe('In a session of a 2025 revision', () => {
  it('the same is asked, by HTTP where it can be said and by JSON-RPC where not', async () => {
    const bearer = await personToken(server, 'mcp:tools:read');
    const version = { 'mcp-protocol-version': '2025-11-25' };
    const begin = {
      ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
    };
    const { headers } = await send(server, bearer, begin);
    const inSession = { 'mcp-session-id': String(headers['mcp-session-id']), ...version };
    let id = 1;
    const called = (name: string) =>
      send(
        server,
        bearer,
        { jsonrpc: '2.0', id: ++id, method: 'tools/call', params: { name, arguments: {} } },
        { headers: inSession },
      );
    expect([(await called('inspect')).status, (await called('strong')).status]).toEqual([403, 401]);
    const sent = await Promise.all(Array.from({ length: 8 }, () => called('metered')));
    expect(sent.filter(({ message }) => message.result)).toHaveLength(2);
    for (const { message } of sent.filter((each) => !each.message.result))
      expect(message.error.data).toMatchObject({ reason: 'quota_exceeded', retry_after: expect.any(Number) });
    expect((await called('metered')).status).toBe(429);
  });
});

describe('A quota by person', () => {
  it('is one for all clients of the person', async () => {
    const [one, other] = [
      await personToken(server, 'mcp:tools:read'),
      await personToken(server, 'mcp:tools:read'),
    ];
    const first = await call(as(server, one, 'modern'), 'per_person');
    expect([first.status, textOf(first)]).toEqual([200, 'counted']);
    expect((await call(as(server, other, 'legacy'), 'per_person')).status).toBe(429);
  });
});

describe.each(ERAS)('Of every kind of call (%s)', (era) => {
  it('there is one decision, and an outcome of each that ran', async () => {
    const bearer = await personToken(server, 'mcp:tools:read');
    const asker = as(server, bearer, era);
    const aborted = call(asker, 'endless').catch((error: unknown) => error);
    const tools = ['metered', 'metered', 'metered', 'fails', 'inspect', 'strong', 'choice', 'nothing'];
    for (const tool of tools) await call(asker, tool);
    const { gid } = claimsOf(bearer);
    await adminCall(server, 'DELETE', `/grants/${String(gid)}`, { token: admin });
    await aborted;
    const events = await audit(server, { type: 'mcp.tool.called', grant_id: gid });
    const outcomes = events.filter(({ tool }) => tool?.phase === 'outcome');
    const decisions = events.filter(({ tool }) => tool?.phase !== 'outcome');
    const said = (list: typeof events) =>
      list
        .map(({ tool, outcome: { result, reason_code: reason } }) =>
          [tool?.name ?? 'nothing', result, reason].filter(Boolean).join(' '),
        )
        .sort();
    expect(said(decisions)).toEqual([
      'choice denied insufficient_scope',
      'endless allowed',
      'fails allowed',
      'inspect denied insufficient_role',
      'metered allowed',
      'metered allowed',
      'metered throttled quota_exceeded',
      'nothing denied unknown_tool',
      'strong denied insufficient_user_authentication',
    ]);
    expect(said(outcomes)).toEqual([
      'endless aborted aborted_by_revocation',
      'fails error tool_failed',
      'metered allowed',
      'metered allowed',
    ]);
    expect(outcomes.map(({ tool }) => tool?.decision_id).sort()).toEqual(
      decisions
        .filter(({ outcome }) => outcome.result === 'allowed')
        .map(({ event_id }) => event_id)
        .sort(),
    );
  });
});
