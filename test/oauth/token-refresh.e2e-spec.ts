import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  refresh,
  registerClient,
  tokenRequest,
  tokensOf,
  type Connection,
  type TestClient,
  type Tokens,
} from '../support/actors.js';
import { CookieJar, post } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { sleep } from '../support/server-process.js';
import { withClient } from '../support/postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  asOperator,
  atOnce,
  claimsOf,
  connectAgain,
  connectIn,
  events,
  grantsOf,
  mcpStatus,
  refusalOf,
  ROOMY,
  signedIn,
  webClient,
} from './harness.js';

const OVERLAP_MS = 2_000;

let server: TestServer;
let jar: CookieJar;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY, lifetimes: { refreshOverlap: '2s' } } });
  jar = await signedIn(server);
});

const enter = (options = {}): Promise<Connection> => connectIn(server, jar, options);

async function rotated({ client, tokens }: Connection, at: TestServer = server): Promise<Tokens> {
  return tokensOf(await refresh(at, client, tokens.refresh_token!));
}

describe('a refresh', () => {
  it('answers a new access token and a new refresh token, uncached and with what was granted', async () => {
    const connection = await enter({ scope: 'mcp:tools:read mcp:tools:execute' });
    const response = await refresh(server, connection.client, connection.tokens.refresh_token!);
    const tokens = tokensOf(response);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.headers['pragma']).toBe('no-cache');
    expect(tokens).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3_600,
      scope: connection.tokens.scope,
      refresh_token: expect.stringMatching(/^gh_rt_/),
    });
    expect(tokens.access_token).not.toBe(connection.tokens.access_token);
    expect(tokens.refresh_token).not.toBe(connection.tokens.refresh_token);
    expect(await mcpStatus(server, tokens.access_token)).toBe(200);
    const [before, after] = [connection.tokens, tokens].map(({ access_token }) => claimsOf(access_token));
    for (const claim of ['sub', 'gid', 'sid', 'aud', 'client_id', 'auth_time', 'scope'])
      expect([claim, after![claim]]).toEqual([claim, before![claim]]);
    expect(after!['jti']).not.toBe(before!['jti']);
  });

  it('answers an id_token again without the nonce of the first one', async () => {
    const connection = await enter({ scope: 'openid mcp:tools:read', extra: { nonce: 'n-1' } });
    expect(claimsOf(connection.tokens.id_token!)['nonce']).toBe('n-1');
    const { sub, auth_time } = claimsOf(connection.tokens.id_token!);
    const claims = claimsOf((await rotated(connection)).id_token!);
    expect(claims).toMatchObject({ aud: connection.client.clientId, iss: server.url, sub, auth_time });
    expect(claims).not.toHaveProperty('nonce');
  });

  it('narrows the access token and not the grant', async () => {
    const connection = await enter({ scope: 'mcp:tools:read mcp:tools:execute' });
    const narrow = await refresh(server, connection.client, connection.tokens.refresh_token!, {
      scope: 'mcp:tools:read',
    });
    expect(tokensOf(narrow).scope).toBe('mcp:tools:read');
    expect(claimsOf(tokensOf(narrow).access_token)['scope']).toBe('mcp:tools:read');
    const again = await refresh(server, connection.client, tokensOf(narrow).refresh_token!);
    expect(tokensOf(again).scope).toBe('mcp:tools:read mcp:tools:execute');
  });

  it('refuses a wider scope, and the token stays good', async () => {
    const connection = await enter({ scope: 'mcp:tools:read' });
    for (const scope of [
      'mcp:tools:read mcp:tools:execute',
      'admin:users',
      'offline_access mcp:tools:read',
      'MCP:TOOLS:READ',
      'mcp:tools:read\tmcp:tools:execute',
    ]) {
      const response = await refresh(server, connection.client, connection.tokens.refresh_token!, { scope });
      expect([scope, ...refusalOf(response)]).toEqual([scope, 400, 'invalid_scope']);
    }
    expect((await rotated(connection)).scope).toBe('mcp:tools:read');
  });

  it('takes an empty scope for none, and never answers a token without any', async () => {
    const connection = await enter({ scope: 'mcp:tools:read' });
    const empty = tokensOf(
      await refresh(server, connection.client, connection.tokens.refresh_token!, { scope: '' }),
    );
    expect(empty.scope).toBe('mcp:tools:read');
    const blank = await refresh(server, connection.client, empty.refresh_token!, { scope: '  ' });
    expect(tokensOf(blank).scope).toBe('mcp:tools:read');
  });

  it('stays with the resource of the grant', async () => {
    const connection = await enter();
    const { client, tokens } = connection;
    const other = await refresh(server, client, tokens.refresh_token!, { resource: `${server.url}/admin` });
    expect(refusalOf(other)).toEqual([400, 'invalid_target']);
    const unknown = await refresh(server, client, tokens.refresh_token!, {
      resource: 'https://other.example/',
    });
    expect(refusalOf(unknown)).toEqual([400, 'invalid_target']);
    const same = await refresh(server, client, tokens.refresh_token!, { resource: `${server.url}/mcp` });
    expect(claimsOf(tokensOf(same).access_token)['aud']).toBe(`${server.url}/mcp`);
  });

  it('refuses what is no refresh token with invalid_grant', async () => {
    const { client, tokens } = await enter({ scope: 'openid mcp:tools:read' });
    for (const [what, token] of Object.entries({
      garbage: 'garbage',
      'access token': tokens.access_token,
      'id token': tokens.id_token!,
      'with a suffix': `${tokens.refresh_token!}x`,
      'shorter by one': tokens.refresh_token!.slice(0, -1),
      'other case': tokens.refresh_token!.toUpperCase(),
      'with a space': `${tokens.refresh_token!} `,
      '60 kB': 'x'.repeat(60_000),
    })) {
      expect([what, ...refusalOf(await refresh(server, client, token))]).toEqual([
        what,
        400,
        'invalid_grant',
      ]);
    }
    expect((await refresh(server, client, tokens.refresh_token!)).status).toBe(200);
  });

  it('is told apart from a missing client: an unknown client is invalid_client', async () => {
    const { tokens, client } = await enter();
    const stranger = { ...client, clientId: 'gh_c_nobody' };
    const response = await refresh(server, stranger, tokens.refresh_token!);
    expect(refusalOf(response)).toEqual([401, 'invalid_client']);
    expect((await refresh(server, client, tokens.refresh_token!)).status).toBe(200);
  });
});

describe('a refresh token of another client', () => {
  it('is refused without harm to the one it belongs to', async () => {
    const owner = await enter();
    const confidential = await registerClient(server, {
      redirect_uris: ['https://b.example/cb'],
      token_endpoint_auth_method: 'client_secret_basic',
    });
    const strangers = [await registerClient(server), confidential];
    for (const stranger of strangers)
      expect(refusalOf(await refresh(server, stranger, owner.tokens.refresh_token!))).toEqual([
        400,
        'invalid_grant',
      ]);
    // Also after it was rotated: a stranger's replay is no replay.
    const next = await rotated(owner);
    await sleep(OVERLAP_MS + 300);
    for (const stranger of strangers) await refresh(server, stranger, owner.tokens.refresh_token!);
    expect(await mcpStatus(server, owner.tokens.access_token)).toBe(200);
    expect((await refresh(server, owner.client, next.refresh_token!)).status).toBe(200);
    const { clientId } = owner.client;
    expect(await events(server, { type: 'token.reuse_detected', client_id: clientId })).toEqual([]);
  });

  it('is refused when the body names its client and the header another', async () => {
    const owner = await enter();
    const other = await registerClient(server, {
      redirect_uris: ['https://b.example/cb'],
      token_endpoint_auth_method: 'client_secret_basic',
    });
    const response = await tokenRequest(server, other, {
      grant_type: 'refresh_token',
      refresh_token: owner.tokens.refresh_token!,
      client_id: owner.client.clientId,
    });
    expect(refusalOf(response)).toEqual([401, 'invalid_client']);
    expect((await rotated(owner)).access_token).toEqual(expect.any(String));
  });

  it('of a confidential client needs its secret', async () => {
    const client = await webClient(server, { token_endpoint_auth_method: 'client_secret_post' });
    const { tokens } = await enter({ client });
    const form = {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token!,
      client_id: client.clientId,
    };
    for (const extra of [{}, { client_secret: '' }, { client_secret: 'wrong' }]) {
      const response = await post(`${server.base}/oauth2/token`, { form: { ...form, ...extra } });
      expect(refusalOf(response)).toEqual([401, 'invalid_client']);
    }
    expect((await refresh(server, client, tokens.refresh_token!)).status).toBe(200);
  });
});

describe('a refresh token that comes back', () => {
  it('gets the same answer again within the overlap', async () => {
    const connection = await enter();
    const [first, second] = [await rotated(connection), await rotated(connection)];
    expect(second).toEqual(first);
    expect((await refresh(server, connection.client, first.refresh_token!)).status).toBe(200);
  });

  it('is late, not punished, when its successor was used within the overlap', async () => {
    const connection = await enter();
    const next = await rotated(connection);
    const newest = await rotated({ ...connection, tokens: next });
    const late = await refresh(server, connection.client, connection.tokens.refresh_token!);
    expect(refusalOf(late)).toEqual([400, 'invalid_grant']);
    expect(late.text).not.toMatch(/gh_rt_|ey[A-Za-z0-9]/);
    expect(await mcpStatus(server, newest.access_token)).toBe(200);
    expect((await refresh(server, connection.client, newest.refresh_token!)).status).toBe(200);
    const trail = await events(server, { client_id: connection.client.clientId });
    expect(trail.map(({ type }) => type)).toContain('token.refresh_late');
    expect(trail.map(({ type }) => type)).not.toContain('token.reuse_detected');
  });

  it('after the overlap ends its grant, and no other installation of the same client', async () => {
    const laptop = await enter();
    const phone = await connectAgain(server, laptop);
    const next = await rotated(laptop);
    expect(await mcpStatus(server, next.access_token)).toBe(200);
    await sleep(OVERLAP_MS + 300);
    const replay = await refresh(server, laptop.client, laptop.tokens.refresh_token!);
    expect(refusalOf(replay)).toEqual([400, 'invalid_grant']);
    expect(replay.json()).not.toHaveProperty('access_token');
    for (const { access_token } of [laptop.tokens, next])
      expect(await mcpStatus(server, access_token)).toBe(401);
    expect(refusalOf(await refresh(server, laptop.client, next.refresh_token!))).toEqual([
      400,
      'invalid_grant',
    ]);
    expect(await mcpStatus(server, phone.tokens.access_token)).toBe(200);
    expect((await rotated(phone)).access_token).toEqual(expect.any(String));
    const found = await events(server, { type: 'token.reuse_detected', client_id: laptop.client.clientId });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      outcome: { result: 'denied', reason_code: 'refresh_token_replayed', http_status: 400 },
      grant_id: claimsOf(laptop.tokens.access_token)['gid'],
    });
    const grants = await grantsOf(server, laptop.client);
    expect(grants.map(({ active }) => active).sort()).toEqual([false, true]);
  });

  it('two generations old ends its grant after the overlap too', async () => {
    const connection = await enter();
    const second = await rotated(connection);
    const third = await rotated({ ...connection, tokens: second });
    await sleep(OVERLAP_MS + 300);
    expect((await refresh(server, connection.client, connection.tokens.refresh_token!)).status).toBe(400);
    expect(refusalOf(await refresh(server, connection.client, third.refresh_token!))).toEqual([
      400,
      'invalid_grant',
    ]);
    expect(await mcpStatus(server, third.access_token)).toBe(401);
  });
});

const confidentialClient = (at: TestServer): Promise<TestClient> =>
  webClient(at, { token_endpoint_auth_method: 'client_secret_basic' });

describe('the life of a refresh token', () => {
  it('is one use by default, for a client with a secret as for one without', async () => {
    for (const client of [await confidentialClient(server), await webClient(server)]) {
      const connection = await enter({ client });
      const next = await rotated(connection);
      expect(next.refresh_token).not.toBe(connection.tokens.refresh_token);
      await rotated({ ...connection, tokens: next });
      expect(refusalOf(await refresh(server, client, connection.tokens.refresh_token!))).toEqual([
        400,
        'invalid_grant',
      ]);
    }
  });

  it('ends when it is not used, and at the cap however often it is', async () => {
    const short = await startServer({
      config: {
        limits: ROOMY,
        lifetimes: { refreshIdle: '3s', refreshMax: '6s', refreshOverlap: '1s' },
        policies: { clients: { rotate_confidential: false } },
      },
    });
    const browser = await signedIn(short);
    const idle = await connectIn(short, browser);
    let busy = await connectIn(short, browser);
    const kept = await connectIn(short, browser, { client: await confidentialClient(short) });
    const keep = () => refresh(short, kept.client, kept.tokens.refresh_token!);
    let turns = 0;
    const startedAt = Date.now();
    let response = await refresh(short, busy.client, busy.tokens.refresh_token!);
    while (response.status === 200 && Date.now() - startedAt < 15_000) {
      busy = { ...busy, tokens: tokensOf(response) };
      await sleep(1_000);
      const same = await keep();
      response = await refresh(short, busy.client, busy.tokens.refresh_token!);
      // One that may be kept is the same each time, and lives by the same rules; its grant is the younger one.
      if (response.status !== 200) continue;
      expect(tokensOf(same).refresh_token).toBe(kept.tokens.refresh_token);
      expect(tokensOf(response).refresh_token).not.toBe(busy.tokens.refresh_token);
      turns++;
    }
    expect(turns).toBeGreaterThanOrEqual(3);
    let last = await keep();
    while (last.status === 200 && Date.now() - startedAt < 15_000) last = await keep();
    expect(refusalOf(last)).toEqual([400, 'invalid_grant']);
    const lived = Date.now() - startedAt;
    expect(refusalOf(response)).toEqual([400, 'invalid_grant']);
    expect(lived).toBeGreaterThan(3_500);
    expect(lived).toBeLessThan(9_000);
    expect(refusalOf(await refresh(short, idle.client, idle.tokens.refresh_token!))).toEqual([
      400,
      'invalid_grant',
    ]);
    const { clientId } = idle.client;
    expect(await events(short, { type: 'token.reuse_detected', client_id: clientId })).toEqual([]);
  });

  it('never outlives the person: a disabled one gets nothing more', async () => {
    const own = await startServer({ config: { limits: ROOMY } });
    const { client, tokens } = await connectIn(own, await signedIn(own));
    const { sub } = claimsOf(tokens.access_token);
    expect((await asOperator(own, 'POST', `/users/${String(sub)}/disable`)).status).toBe(200);
    expect(refusalOf(await refresh(own, client, tokens.refresh_token!))).toEqual([400, 'invalid_grant']);
    expect(await mcpStatus(own, tokens.access_token)).toBe(401);
  });
});

describe('the limit of rotations', () => {
  it('counts rotations of one grant and not answers that are repeated', async () => {
    const tight = await startServer({
      config: { limits: { ...ROOMY, token: { ...ROOMY.token, rotations: { points: 3, seconds: 4 } } } },
    });
    const browser = await signedIn(tight);
    const one = await connectIn(tight, browser);
    const other = await connectAgain(tight, one);
    const first = await rotated(one, tight);
    for (let again = 0; again < 5; again++) expect(await rotated(one, tight)).toEqual(first);
    const second = await rotated({ ...one, tokens: first }, tight);
    const third = await rotated({ ...one, tokens: second }, tight);
    const refused = await refresh(tight, one.client, third.refresh_token!);
    expect(refusalOf(refused)).toEqual([429, 'temporarily_unavailable']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await rotated(other, tight)).access_token).toEqual(expect.any(String));
    await sleep(Number(refused.headers['retry-after']) * 1_000 + 300);
    expect((await refresh(tight, one.client, third.refresh_token!)).status).toBe(200);
  });
});

/** The one refresh token that all of these answers carry. */
function onlySuccessor(answers: readonly { status: number; json: () => Tokens }[]): string {
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const successors = new Set(answers.map((answer) => answer.json().refresh_token!));
  expect(successors.size).toBe(1);
  return [...successors][0]!;
}

describe('parallel refreshes of one token', () => {
  it('all succeed with one successor, and it works', async () => {
    const connection = await enter();
    const stored = async () =>
      server.databaseUrl ? (await server.sql('SELECT id FROM refresh_tokens')).length : undefined;
    const before = await stored();
    const answers = await atOnce(50, () =>
      refresh(server, connection.client, connection.tokens.refresh_token!),
    );
    const successor = onlySuccessor(answers);
    expect(await stored()).toBe(before === undefined ? undefined : before + 1);
    expect((await refresh(server, connection.client, successor)).status).toBe(200);
    const { clientId } = connection.client;
    expect(await events(server, { type: 'token.reuse_detected', client_id: clientId })).toEqual([]);
    expect(await events(server, { type: 'token.refreshed', client_id: clientId })).toHaveLength(2);
  });
});

describeOnPostgres('parallel refreshes of one token at a PostgreSQL server', () => {
  it('all succeed over two replicas, again and again', async () => {
    const other = await startServer({
      database: server.databaseUrl!,
      env: { PUBLIC_URL: server.url },
      config: { limits: ROOMY, lifetimes: { refreshOverlap: '2s' } },
    });
    const replicas = [server, other];
    let connection = await enter();
    for (let round = 0; round < 20; round++) {
      const { client, tokens } = connection;
      const answers = await atOnce(10, (index) =>
        refresh(replicas[index % 2]!, client, tokens.refresh_token!),
      );
      onlySuccessor(answers);
      connection = { ...connection, tokens: answers[0]!.json() };
    }
    expect(await mcpStatus(other, connection.tokens.access_token)).toBe(200);
    const answers = await atOnce(50, (index) =>
      refresh(replicas[index % 2]!, connection.client, connection.tokens.refresh_token!),
    );
    const successor = onlySuccessor(answers);
    expect((await refresh(other, connection.client, successor)).status).toBe(200);
  });

  it('after the overlap all fail, and the grant ends once', async () => {
    const connection = await enter();
    const next = await rotated(connection);
    await sleep(OVERLAP_MS + 300);
    const answers = await atOnce(20, () =>
      refresh(server, connection.client, connection.tokens.refresh_token!),
    );
    expect(answers.map(refusalOf)).toEqual(answers.map(() => [400, 'invalid_grant']));
    expect(await mcpStatus(server, next.access_token)).toBe(401);
    const { clientId } = connection.client;
    expect(
      await events(server, {
        type: 'revocation.applied',
        grant_id: String(claimsOf(next.access_token)['gid']),
      }),
    ).toHaveLength(1);
    expect((await grantsOf(server, { ...connection.client, clientId }))[0]!.active).toBe(false);
  });
});

describeOnPostgres('what was granted and is not allowed any more', () => {
  const roles = (names: string) => server.sql('UPDATE users SET roles = $1', [names]);
  const setBack = () => roles('{admin}');

  it('because a role was taken away is in no new token, and a grant of nothing else gives none', async () => {
    const client = await webClient(server);
    await asOperator(server, 'POST', `/clients/${client.clientId}/approve`);
    const at = { client, resource: `${server.url}/admin` };
    const mixed = await enter({ ...at, scope: 'openid admin:users admin:audit:read' });
    const alone = await enter({ ...at, scope: 'admin:users' });
    await roles('{auditor}');
    try {
      const less = await rotated(mixed);
      expect(less.scope).toBe('openid admin:audit:read');
      expect(claimsOf(less.access_token)['scope']).toBe(less.scope);
      const asked = await refresh(server, client, less.refresh_token!, { scope: 'admin:users' });
      expect(asked.status).toBe(400);
      expect((await refresh(server, client, alone.tokens.refresh_token!)).status).toBe(400);
    } finally {
      await setBack();
    }
  });

  it('because the client may not have it any more is in no new token', async () => {
    const connection = await enter({ scope: 'openid mcp:tools:read mcp:tools:execute' });
    const other = await enter({ scope: 'openid mcp:tools:read mcp:tools:execute' });
    const { clientId } = connection.client;
    await server.sql(`UPDATE clients SET allowed_scopes = '{openid,mcp:tools:read}' WHERE id = $1`, [
      clientId,
    ]);
    // What is known of a client is kept for a second.
    await sleep(1_100);
    expect((await rotated(connection)).scope).toBe('openid mcp:tools:read');
    expect((await rotated(other)).scope).toBe('openid mcp:tools:read mcp:tools:execute');
  });
});

describeOnPostgres('a revocation against a refresh', () => {
  /** Both wait for the grant's row, which the test holds, and start when it lets go. */
  async function race(run: (connection: Connection) => Promise<unknown>): Promise<void> {
    const connection = await enter();
    const { gid } = claimsOf(connection.tokens.access_token);
    const refreshed = await withClient(server.databaseUrl!, async (barrier) => {
      await barrier.query('BEGIN');
      await barrier.query('SELECT 1 FROM grants WHERE id = $1 FOR UPDATE', [gid]);
      const first = Math.random() < 0.5 ? run(connection) : undefined;
      const refreshing = refresh(server, connection.client, connection.tokens.refresh_token!);
      const ending = first ?? run(connection);
      await sleep(60);
      await barrier.query('COMMIT');
      await ending;
      return refreshing;
    });
    const issued = refreshed.status === 200 ? [tokensOf(refreshed)] : [];
    for (const { access_token, refresh_token } of [connection.tokens, ...issued]) {
      expect(await mcpStatus(server, access_token)).toBe(401);
      expect(refusalOf(await refresh(server, connection.client, refresh_token!))).toEqual([
        400,
        'invalid_grant',
      ]);
    }
  }

  it('by the client never leaves a living token', async () => {
    for (let round = 0; round < 20; round++) {
      await race(({ client, tokens }) =>
        post(`${server.base}/oauth2/revoke`, {
          form: { token: tokens.refresh_token!, client_id: client.clientId },
        }),
      );
    }
  });

  it('by an operator never leaves a living token', async () => {
    for (let round = 0; round < 20; round++) {
      await race(({ tokens }) =>
        asOperator(server, 'DELETE', `/grants/${String(claimsOf(tokens.access_token)['gid'])}`),
      );
    }
  });
});
