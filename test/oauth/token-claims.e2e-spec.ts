import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { get } from '../support/http.js';
import { callTool } from '../support/mcp.js';
import {
  adminCall,
  adminToken,
  connect,
  refresh,
  registerClient,
  tokensOf,
  type TestClient,
} from '../support/actors.js';
import { startServer, type TestServer } from '../support/server.js';

const EXTENDED = fileURLToPath(new URL('extended/main.mjs', import.meta.url));

/** What a process writes arrives a moment later. */
async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition() && tries < 100; tries++)
    await new Promise((later) => setTimeout(later, 20));
  expect(condition()).toBe(true);
}

describe('Claims of tokens', () => {
  let plain: TestServer;
  let extended: TestServer;

  beforeAll(async () => {
    [plain, extended] = await Promise.all([startServer(), startServer({ entry: EXTENDED })]);
  });

  it('say no more of a person than the client and the resource asked for', async () => {
    const { tokens } = await connect(plain);
    const claims = decodeJwt(tokens.access_token);
    expect(Object.keys(claims).sort()).toEqual([
      'acr',
      'amr',
      'aud',
      'auth_time',
      'client_id',
      'exp',
      'gid',
      'iat',
      'iss',
      'jti',
      'rev',
      'scope',
      'sid',
      'sub',
    ]);
    expect(tokens.access_token.length).toBeLessThan(1_200);
  });

  it('of an id_token are there only when their scope was granted', async () => {
    const of = async (scope: string) => decodeJwt((await connect(plain, { scope })).tokens.id_token!);
    expect(await of('openid mcp:tools:read')).not.toHaveProperty('email');
    expect(await of('openid email mcp:tools:read')).toMatchObject({
      email: 'admin@example.com',
      email_verified: true,
    });
    expect(await of('openid profile mcp:tools:read')).not.toHaveProperty('email');
  });

  it('come from the hook too, which knows the person, the client, the scopes and the resource', async () => {
    const { tokens, client } = await connect(extended);
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      tenant: 'tenant-of-admin@example.com',
      asked_for: tokens.scope.replaceAll(' ', ','),
      audience_seen: `${extended.url}/mcp`,
      client_seen: client.clientId,
    });
    expect(decodeJwt(await adminToken(extended))).toMatchObject({ tenant: 'machines' });
  });

  it('of an MCP session, what it may do and for whom are there for the MCP audience only', async () => {
    const scope = 'mcp:tools:read';
    const { tokens } = await connect(extended, { scope });
    const { mcp, sid } = decodeJwt<{ mcp: unknown; sid: string }>(tokens.access_token);
    expect(mcp).toEqual({ session: sid, capabilities: ['tools:read'], user: { roles: ['admin'] } });
    const administering = await connect(extended, {
      scope: 'admin:users:read',
      resource: `${extended.url}/admin`,
      client: await approvedClient(extended),
    });
    for (const token of [administering.tokens.access_token, await adminToken(extended)])
      expect(decodeJwt(token)).not.toHaveProperty('mcp');
  });

  it('that this server vouches for cannot be overridden by the hook', async () => {
    const { tokens, client } = await connect(extended);
    const claims = decodeJwt(tokens.access_token);
    expect(claims).toMatchObject({
      iss: extended.url,
      aud: `${extended.url}/mcp`,
      client_id: client.clientId,
      scope: tokens.scope,
    });
    expect(claims.sub).not.toBe('root');
    expect(claims.jti).not.toBe('mine');
    expect(claims.exp! - claims.iat!).toBe(tokens.expires_in);
    expect(claims['rev']).not.toBe(999_999);
    expect(claims).not.toHaveProperty('act');
    expect(claims).not.toHaveProperty('cnf');
    expect((await callTool(extended, tokens.access_token, 'whoami')).status).toBe(200);
  });

  it.each(['Fails', 'Too much'])('are refused as a whole when the hook %s', async (client_name) => {
    const client = await registerClient(extended, { client_name });
    await expect(connect(extended, { client })).rejects.toThrow(/answered 500: .*server_error/);
    await until(() => extended.output().includes('unexpected error'));
  });

  it('name the person as the subject hook does, alike in access token and id_token, and still end with the person', async () => {
    const first = await connect(extended, { scope: 'openid mcp:tools:read' });
    const second = await connect(extended, { scope: 'openid mcp:tools:read' });
    const [a, b] = [first, second].map(({ tokens }) => decodeJwt(tokens.access_token));
    expect(a!.sub).not.toBe(b!.sub);
    expect(decodeJwt(first.tokens.id_token!).sub).toBe(a!.sub);
    const scope = 'openid';
    const asked = await connect(extended, { client: first.client, scope, resource: null });
    const { access_token } = asked.tokens;
    const known = await get(`${extended.base}/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    expect([known.json().sub, decodeJwt(access_token).sub]).toEqual([a!.sub, a!.sub]);
    const after = tokensOf(await refresh(extended, first.client, first.tokens.refresh_token!));
    expect(decodeJwt(after.access_token).sub).toBe(a!.sub);

    const [me] = (await adminCall(extended, 'GET', '/users')).json<{ items: { id: string }[] }>().items;
    expect(a!['uid']).toBe(me!.id);
    expect((await callTool(extended, after.access_token, 'whoami')).status).toBe(200);
    expect((await adminCall(extended, 'DELETE', `/users/${me!.id}/sessions`)).status).toBe(200);
    expect((await callTool(extended, after.access_token, 'whoami')).status).toBe(401);
  });
});

describe('Keys in a service of the installer', () => {
  it('sign tokens that a stock verifier accepts, over a restart too, and are nowhere in the database', async () => {
    const server = await startServer({ entry: EXTENDED });
    const verify = async (token: string) =>
      jwtVerify(token, createRemoteJWKSet(new URL(`${server.base}/oauth2/jwks`)), { issuer: server.url });
    const before = await adminToken(server);
    const { protectedHeader } = await verify(before);
    await server.restart();
    const after = await adminToken(server);
    for (const token of [before, after])
      expect((await verify(token)).protectedHeader.kid).toBe(protectedHeader.kid);
    const keys = readFileSync(join(dirname(server.dataDir), 'key-service.json'), 'utf8');
    const [[name, { d, x }]] = Object.entries(JSON.parse(keys)) as [[string, { d: string; x: string }]];

    const written = await everythingStored(server);
    for (const known of [name, x]) expect(written.includes(known)).toBe(true);
    for (const secret of [d, Buffer.from(d, 'base64url'), Buffer.from(d, 'base64url').toString('hex')])
      expect(written.includes(secret)).toBe(false);
  });
});

async function approvedClient(server: TestServer): Promise<TestClient> {
  const client = await registerClient(server, { redirect_uris: ['https://app.example/cb'] });
  const approved = await adminCall(server, 'POST', `/clients/${client.clientId}/approve`, { json: {} });
  expect(approved.status).toBe(200);
  return client;
}

/** Every byte of the database, as far as it is on disk or can be asked for. */
async function everythingStored(server: TestServer): Promise<Buffer> {
  if (server.databaseUrl) {
    const rows = await server.sql<{ row: string; handle: Buffer }>(
      'SELECT k::text AS row, sealed_private AS handle FROM signing_keys k',
    );
    return Buffer.concat(rows.flatMap(({ row, handle }) => [Buffer.from(row), handle]));
  }
  await server.stop();
  const files = readdirSync(server.dataDir, { recursive: true, withFileTypes: true });
  return Buffer.concat(
    files.filter((file) => file.isFile()).map((file) => readFileSync(join(file.parentPath, file.name))),
  );
}
