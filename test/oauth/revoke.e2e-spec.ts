import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  adminToken,
  connect,
  opsClient,
  refresh,
  tokensOf,
  type Connection,
  type TestClient,
} from '../support/actors.js';
import { CookieJar, get, post, request, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  claimsOf,
  connectAgain,
  connectIn,
  events,
  freshCode,
  grantsOf,
  INSIDE,
  mcpStatus,
  refusalOf,
  ROOMY,
  signedIn,
  webClient,
} from './harness.js';

let server: TestServer;
let jar: CookieJar;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  jar = await signedIn(server);
});

const enter = (client?: TestClient): Promise<Connection> => connectIn(server, jar, client ? { client } : {});
const basic = ({ clientId, clientSecret = '' }: TestClient): string =>
  `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
const confidential = (): Promise<TestClient> =>
  webClient(server, { token_endpoint_auth_method: 'client_secret_basic' });

const revoke = (form: Record<string, string | string[]>, headers = {}, at = server): Promise<HttpResponse> =>
  post(`${at.base}/oauth2/revoke`, { form, headers });

async function expectAlive({ client, tokens }: Connection): Promise<void> {
  expect(await mcpStatus(server, tokens.access_token)).toBe(200);
  expect((await refresh(server, client, tokens.refresh_token!)).status).toBe(200);
}

async function expectEnded({ client, tokens }: Connection): Promise<void> {
  expect(await mcpStatus(server, tokens.access_token)).toBe(401);
  expect(refusalOf(await refresh(server, client, tokens.refresh_token!))).toEqual([400, 'invalid_grant']);
}

describe('revoking a refresh token', () => {
  it('ends its grant at once, and no other grant of the same client', async () => {
    const one = await enter();
    const other = await connectAgain(server, one);
    const answer = await revoke({ token: one.tokens.refresh_token!, client_id: one.client.clientId });
    expect([answer.status, answer.text, answer.headers['cache-control']]).toEqual([200, '', 'no-store']);
    await expectEnded(one);
    await expectAlive(other);
    const grants = await grantsOf(server, one.client);
    expect(grants.filter(({ active }) => !active).map(({ revoked_reason }) => revoked_reason)).toEqual([
      'revoked_by_client',
    ]);
    const [event] = await events(server, { type: 'revocation.applied', client_id: one.client.clientId });
    expect(event).toMatchObject({ actor: { type: 'client', id: one.client.clientId } });
  });

  it('that was rotated away ends the grant too, and so does one in which its kind is misstated', async () => {
    for (const token_type_hint of ['refresh_token', 'access_token', 'nonsense', '']) {
      const one = await enter();
      const next = tokensOf(await refresh(server, one.client, one.tokens.refresh_token!));
      const answer = await revoke({
        token: one.tokens.refresh_token!,
        token_type_hint,
        client_id: one.client.clientId,
      });
      expect(answer.status).toBe(200);
      await expectEnded({ ...one, tokens: next });
    }
  });

  it('twice is answered alike', async () => {
    const { client, tokens } = await enter();
    for (let time = 0; time < 2; time++)
      expect((await revoke({ token: tokens.refresh_token!, client_id: client.clientId })).status).toBe(200);
    expect(await events(server, { type: 'revocation.applied', client_id: client.clientId })).toHaveLength(1);
  });
});

describe('revoking an access token', () => {
  it('ends that token alone', async () => {
    const one = await enter();
    const next = tokensOf(await refresh(server, one.client, one.tokens.refresh_token!));
    expect((await revoke({ token: one.tokens.access_token, client_id: one.client.clientId })).status).toBe(
      200,
    );
    expect(await mcpStatus(server, one.tokens.access_token)).toBe(401);
    await expectAlive({ ...one, tokens: next });
  });

  it('works for one of a machine', async () => {
    const token = await adminToken(server, 'admin:users:read');
    const users = () =>
      get(`${server.base}/admin/v1/users`, { headers: { authorization: `Bearer ${token}` } });
    expect((await users()).status).toBe(200);
    expect((await revoke({ token }, { authorization: basic(opsClient()) })).status).toBe(200);
    expect((await users()).status).toBe(401);
  });
});

describe('revoking what is not one’s own', () => {
  it('changes nothing and does not say so', async () => {
    const owner = await enter();
    const [b, c] = [await confidential(), await webClient(server)];
    for (const token of [owner.tokens.refresh_token!, owner.tokens.access_token]) {
      for (const [form, headers] of [
        [{ token }, { authorization: basic(b) }],
        [{ token, client_id: c.clientId }, {}],
      ] as const) {
        const answer = await revoke(form, headers);
        const unknown = await revoke({ ...form, token: 'nothing' }, headers);
        expect([answer.status, answer.text]).toEqual([unknown.status, unknown.text]);
        expect(answer.status).toBe(200);
      }
    }
    await expectAlive(owner);
    expect(await events(server, { type: 'revocation.applied', client_id: owner.client.clientId })).toEqual(
      [],
    );
  });

  it('needs the secret of a confidential client', async () => {
    const client = await confidential();
    const owner = await enter(client);
    const token = owner.tokens.refresh_token!;
    for (const [form, headers] of [
      [{ token }, {}],
      [{ token, client_id: client.clientId }, {}],
      [{ token, client_id: client.clientId, client_secret: 'wrong' }, {}],
      [{ token, client_id: 'nobody' }, {}],
      [{ token }, { authorization: basic({ ...client, clientSecret: 'wrong' }) }],
      [{ token, client_id: 'other' }, { authorization: basic(client) }],
    ] as [Record<string, string>, object][]) {
      const answer = await revoke(form, headers);
      expect(refusalOf(answer)).toEqual([401, 'invalid_client']);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
    await expectAlive(owner);
    const owned = await enter(client);
    expect(
      (await revoke({ token: owned.tokens.refresh_token! }, { authorization: basic(client) })).status,
    ).toBe(200);
    await expectEnded(owned);
  });
});

describe('a revocation request', () => {
  it('that makes no sense is refused or answered without harm', async () => {
    const owner = await enter();
    const { clientId: client_id } = owner.client;
    expect(refusalOf(await revoke({ client_id }))).toEqual([400, 'invalid_request']);
    expect(refusalOf(await revoke({ client_id, token: '' }))).toEqual([400, 'invalid_request']);
    expect(refusalOf(await revoke({ client_id, token: ['a', 'b'] }))).toEqual([400, 'invalid_request']);
    expect(refusalOf(await revoke({ client_id, token: 'a\0b' }))).toEqual([400, 'invalid_request']);
    const { code } = await freshCode(server, owner.client, { jar });
    for (const token of [
      'x',
      'a.b.c',
      code,
      '.'.repeat(1_000),
      'x'.repeat(60_000),
      '{"alg":"none"}',
      owner.tokens.access_token.slice(0, -3),
    ])
      expect([token.slice(0, 20), (await revoke({ client_id, token })).status]).toEqual([
        token.slice(0, 20),
        200,
      ]);
    const json = await post(`${server.base}/oauth2/revoke`, {
      json: { client_id, token: owner.tokens.refresh_token },
    });
    expect(refusalOf(json)).toEqual([400, 'invalid_request']);
    expect(json.text).not.toMatch(INSIDE);
    const query = await post(
      `${server.base}/oauth2/revoke?token=${owner.tokens.refresh_token!}&client_id=${client_id}`,
      {
        form: {},
      },
    );
    expect(query.status).toBe(401);
    await expectAlive(owner);
  });

  it('in another method is not answered', async () => {
    const { client, tokens } = await enter();
    const query = `token=${tokens.refresh_token!}&client_id=${client.clientId}`;
    for (const method of ['GET', 'PUT', 'DELETE', 'HEAD']) {
      const answer = await request(method, `${server.base}/oauth2/revoke?${query}`);
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'POST']);
    }
    await expectAlive({ client, tokens, jar });
  });

  it('may come from any web page', async () => {
    const { client, tokens } = await enter();
    const answer = await revoke(
      { token: tokens.access_token, client_id: client.clientId },
      { origin: 'https://app.example' },
    );
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  });
});

describe('revoking an opaque token', () => {
  it('ends that token alone, for its own client alone', async () => {
    const api = 'https://api.example.com';
    const secret = 'the-secret-of-the-resource-server-0123456789';
    const own = await startServer({
      config: {
        limits: ROOMY,
        scopes: [{ name: 'api:read', sentence: 'Read your things' }],
        resources: [{ id: api, format: 'opaque', scopes: ['api:read'], introspection: ['api-server'] }],
        clients: [
          {
            clientId: 'api-server',
            name: 'The API',
            clientSecret: secret,
            grantTypes: ['client_credentials'],
          },
        ],
      },
    });
    const active = async (token: string): Promise<boolean> =>
      (
        await post(`${own.base}/oauth2/introspect`, {
          form: { token, client_id: 'api-server', client_secret: secret },
        })
      ).json().active;
    const { client, tokens } = await connect(own, { scope: 'api:read', resource: api });
    const token = tokens.access_token;
    const form = { token, token_type_hint: 'refresh_token' };
    const foreign = await webClient(own);
    expect((await revoke({ ...form, client_id: foreign.clientId }, {}, own)).status).toBe(200);
    expect((await revoke({ ...form, client_id: 'api-server', client_secret: secret }, {}, own)).status).toBe(
      200,
    );
    expect(await active(token)).toBe(true);
    expect((await revoke({ ...form, client_id: client.clientId }, {}, own)).status).toBe(200);
    expect(await active(token)).toBe(false);
    const next = tokensOf(await refresh(own, client, tokens.refresh_token!));
    expect(await active(next.access_token)).toBe(true);
    await revoke({ token: next.refresh_token!, client_id: client.clientId }, {}, own);
    expect(await active(next.access_token)).toBe(false);
  });
});

describeOnPostgres('what an access token was exchanged for', () => {
  const jti = (token: string): string => String(claimsOf(token)['jti']);
  const madeFrom = (child: string, parent: string) =>
    server.sql('UPDATE access_tokens SET parent_jti = $2 WHERE jti = $1', [jti(child), jti(parent)]);

  it('ends with it, over any number of exchanges, and nothing else does', async () => {
    const [parent, child, grandchild, sibling, other] = await Promise.all(
      Array.from({ length: 5 }, async () => (await enter()).tokens.access_token),
    );
    await madeFrom(child!, parent!);
    await madeFrom(grandchild!, child!);
    await madeFrom(sibling!, other!);
    const client_id = String(claimsOf(child!)['client_id']);
    expect((await revoke({ token: child!, client_id })).status).toBe(200);
    for (const [token, status] of [
      [parent, 200],
      [child, 401],
      [grandchild, 401],
      [sibling, 200],
      [other, 200],
    ] as const)
      expect(await mcpStatus(server, token!)).toBe(status);
    const [event] = await events(server, { type: 'revocation.applied' });
    expect(event).toMatchObject({ actor: { id: client_id } });
    const ended = await server.sql<{ jti: string }>(
      'SELECT jti FROM access_tokens WHERE revoked_at IS NOT NULL AND jti = ANY($1::uuid[])',
      [[parent, child, grandchild, sibling, other].map((token) => jti(token!))],
    );
    expect(ended.map((row) => row.jti).sort()).toEqual([jti(child!), jti(grandchild!)].sort());
  });
});

describeOnPostgres('a revocation at one replica', () => {
  it('holds at the other at once', async () => {
    const other = await startServer({
      database: server.databaseUrl!,
      env: { PUBLIC_URL: server.url },
      config: { limits: ROOMY },
    });
    for (let round = 0; round < 20; round++) {
      const { client, tokens } = await enter();
      expect(await mcpStatus(other, tokens.access_token)).toBe(200);
      const [here, there] = round % 2 ? [server, other] : [other, server];
      await revoke({ token: tokens.refresh_token!, client_id: client.clientId }, {}, here);
      const startedAt = Date.now();
      while ((await mcpStatus(there, tokens.access_token)) !== 401)
        if (Date.now() - startedAt > 2_000) throw new Error('Still alive after 2 s');
      expect((await refresh(there, client, tokens.refresh_token!)).status).toBe(400);
      expect(claimsOf(tokens.access_token)['gid']).toEqual(expect.any(String));
    }
  });
});
