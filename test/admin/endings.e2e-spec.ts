import { beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import {
  adminCall,
  adminToken,
  attemptSignIn,
  connect,
  mcpCall,
  opsClient,
  refresh,
  registerClient,
  signIn,
  tokenRequest,
  type Connection,
} from '../support/actors.js';
import { CookieJar } from '../support/http.js';

let server: TestServer;
let token: string;

beforeAll(async () => {
  server = await startServer();
  token = await adminToken(server);
});

const call = (method: string, path: string, options = {}) =>
  adminCall(server, method, path, { token, ...options });

const receipt = {
  seq: expect.any(Number),
  replicas: 1,
  acknowledged: 1,
  missing: [],
  propagation_ms: expect.any(Number),
};

async function grantOf({ client }: Connection): Promise<{
  id: string;
  user_id: string;
  session_id: string;
  revoked_reason?: string;
  active: boolean;
}> {
  const { items } = (await call('GET', `/grants?client_id=${encodeURIComponent(client.clientId)}`)).json();
  return items[0];
}

async function mcpStatus({ tokens }: Connection): Promise<number> {
  return (await mcpCall(server, tokens.access_token, 'tools/list')).status;
}

describe('DELETE /grants/{id}', () => {
  it('ends the access token and the refresh token of that grant and of no other', async () => {
    const [gone, kept] = [
      await connect(server, { scope: 'mcp:tools:read offline_access' }),
      await connect(server),
    ];
    const { id } = await grantOf(gone);
    const ended = await call('DELETE', `/grants/${id}`, { json: { reason: 'laptop lost' } });
    expect([ended.status, ended.json()]).toEqual([200, { ended: true, grants: 1, sessions: 0, receipt }]);
    expect(await mcpStatus(gone)).toBe(401);
    expect(await mcpStatus(kept)).toBe(200);
    const refused = await refresh(server, gone.client, gone.tokens.refresh_token!);
    expect([refused.status, refused.json().error]).toEqual([400, 'invalid_grant']);
    expect(await grantOf(gone)).toMatchObject({ active: false, revoked_reason: 'laptop lost' });
  });

  it('says so when there is nothing left to end', async () => {
    const { id } = await grantOf(await connect(server));
    await call('DELETE', `/grants/${id}`);
    const again = await call('DELETE', `/grants/${id}?reason=again`);
    expect([again.status, again.json()]).toEqual([200, { ended: false, grants: 0, sessions: 0 }]);
    expect((await call('GET', `/grants/${id}`)).json().revoked_reason).not.toBe('again');
  });

  it('refuses a reason that is too long or not text, and ends nothing', async () => {
    const connection = await connect(server);
    const { id } = await grantOf(connection);
    for (const json of [
      { reason: 'x'.repeat(501) },
      { reason: 1 },
      { reason: ['a'] },
      { reason: 'a\u0000b' },
      { because: 'x' },
    ]) {
      expect((await call('DELETE', `/grants/${id}`, { json })).status).toBe(400);
    }
    expect(await mcpStatus(connection)).toBe(200);
  });
});

describe('DELETE /tokens/{jti}', () => {
  it('ends one access token; its grant lives on', async () => {
    const connection = await connect(server, { scope: 'mcp:tools:read offline_access' });
    const { id } = await grantOf(connection);
    const [{ jti }] = (await call('GET', `/tokens?grant_id=${id}`)).json().items;
    expect((await call('DELETE', `/tokens/${jti}`)).json()).toEqual({
      ended: true,
      grants: 0,
      sessions: 0,
      receipt,
    });
    expect(await mcpStatus(connection)).toBe(401);
    expect((await call('GET', `/tokens/${jti}`)).json().revoked_at).toEqual(expect.any(String));
    expect((await call('DELETE', `/tokens/${jti}`)).json()).toEqual({ ended: false, grants: 0, sessions: 0 });
    expect((await refresh(server, connection.client, connection.tokens.refresh_token!)).status).toBe(200);
  });
});

describe('DELETE /sessions/{id}', () => {
  it('signs the browser out and ends what was allowed from it', async () => {
    const [gone, kept] = [await connect(server), await connect(server)];
    const { session_id: id } = await grantOf(gone);
    const ended = await call('DELETE', `/sessions/${id}`);
    expect([ended.status, ended.json()]).toEqual([200, { ended: true, grants: 1, sessions: 1, receipt }]);
    expect(await mcpStatus(gone)).toBe(401);
    expect(await mcpStatus(kept)).toBe(200);
    expect((await call('GET', `/sessions/${id}`)).json().ended_at).toEqual(expect.any(String));
    expect((await call('DELETE', `/sessions/${id}`)).json()).toEqual({
      ended: false,
      grants: 0,
      sessions: 0,
    });
  });

  it('leaves the session out of the living ones', async () => {
    const { session_id: id } = await grantOf(await connect(server));
    const living = async () =>
      (await call('GET', '/sessions?active=true&limit=200'))
        .json()
        .items.map((item: { id: string }) => item.id);
    expect(await living()).toContain(id);
    await call('DELETE', `/sessions/${id}`);
    expect(await living()).not.toContain(id);
    const over = (await call('GET', '/sessions?active=false&limit=200')).json().items;
    expect(over.map((item: { id: string }) => item.id)).toContain(id);
    expect(
      over.every(
        (item: { ended_at?: string; expires_at: string }) =>
          item.ended_at !== undefined || Date.parse(item.expires_at) < Date.now(),
      ),
    ).toBe(true);
  });
});

describe('POST /clients/{id}/suspend', () => {
  it('ends everything of the client and lets it get nothing new until it is approved', async () => {
    const [gone, kept] = [
      await connect(server, { scope: 'mcp:tools:read offline_access' }),
      await connect(server),
    ];
    const id = encodeURIComponent(gone.client.clientId);
    const ended = await call('POST', `/clients/${id}/suspend`, { json: { reason: 'looks wrong' } });
    expect([ended.status, ended.json()]).toEqual([200, { ended: true, grants: 1, sessions: 0, receipt }]);
    expect([await mcpStatus(gone), await mcpStatus(kept)]).toEqual([401, 200]);
    expect((await call('POST', `/clients/${id}/suspend`)).json()).toEqual({
      ended: false,
      grants: 0,
      sessions: 0,
    });
    expect((await refresh(server, gone.client, gone.tokens.refresh_token!)).status).toBe(401);
    expect((await call('GET', `/clients/${id}`)).json()).toMatchObject({
      trust_state: 'suspended',
      suspended_at: expect.any(String),
    });

    const approved = await call('POST', `/clients/${id}/approve`);
    expect([approved.status, approved.json().trust_state, approved.json().suspended_at]).toEqual([
      200,
      'approved',
      undefined,
    ]);
    expect(await mcpStatus(gone)).toBe(401);
    expect(await mcpStatus(await connect(server, { client: gone.client }))).toBe(200);
  });
});

describe('DELETE /clients/{id}', () => {
  it('removes the client, and what it holds is refused', async () => {
    const connection = await connect(server);
    const id = encodeURIComponent(connection.client.clientId);
    const removed = await call('DELETE', `/clients/${id}`);
    expect([removed.status, removed.json()]).toEqual([200, { ended: true, grants: 1, sessions: 0, receipt }]);
    expect(await mcpStatus(connection)).toBe(401);
    expect((await call('GET', `/clients/${id}`)).status).toBe(404);
    expect((await call('DELETE', `/clients/${id}`)).status).toBe(404);
  });

  it('finds clients whose id is any text', async () => {
    for (const id of ['a/b', 'http://c.test/client?x=1#y', 'ä ö%2F']) {
      expect((await call('DELETE', `/clients/${encodeURIComponent(id)}`)).status).toBe(404);
    }
    const client = await registerClient(server);
    expect((await call('GET', `/clients/${encodeURIComponent(client.clientId)}`)).json().id).toBe(
      client.clientId,
    );
  });
});

describe('a person', () => {
  const adminId = async (): Promise<string> =>
    (await call('GET', `/users?q=${ADMIN_EMAIL}`)).json().items[0].id;

  it('is signed out everywhere by DELETE /users/{id}/sessions, and may come back', async () => {
    const connection = await connect(server);
    const ended = (await call('DELETE', `/users/${await adminId()}/sessions`)).json();
    expect(ended).toMatchObject({ ended: true, receipt });
    expect(ended.grants).toBeGreaterThanOrEqual(1);
    expect(ended.sessions).toBeGreaterThanOrEqual(1);
    expect(await mcpStatus(connection)).toBe(401);
    const again = (await call('DELETE', `/users/${await adminId()}/sessions`)).json();
    expect(again).toEqual({ ended: false, grants: 0, sessions: 0 });
    expect(await mcpStatus(await connect(server))).toBe(200);
  });

  it('who is disabled cannot sign in until enabled, and what was ended stays ended', async () => {
    const id = await adminId();
    const connection = await connect(server);
    expect((await call('POST', `/users/${id}/disable`, { json: { reason: 'left' } })).json()).toMatchObject({
      ended: true,
      receipt,
    });
    expect(await mcpStatus(connection)).toBe(401);
    expect((await call('GET', `/users/${id}`)).json()).toMatchObject({
      active: false,
      disabled_at: expect.any(String),
    });
    expect((await attemptSignIn(server, new CookieJar())).status).toBeGreaterThanOrEqual(400);

    const enabled = await call('POST', `/users/${id}/enable`);
    expect([enabled.status, enabled.json().active]).toEqual([200, true]);
    expect((await call('POST', `/users/${id}/enable`)).status).toBe(200);
    await signIn(server, new CookieJar());
    expect(await mcpStatus(connection)).toBe(401);
  });
});

describe('a client that acts for itself', () => {
  it('loses its tokens when it is suspended, and gets new ones once approved', async () => {
    const created = (
      await call('POST', '/clients', {
        json: { name: 'Robot', grant_types: ['client_credentials'], scopes: ['admin:audit:read'] },
      })
    ).json();
    const robot = { ...opsClient(), clientId: created.id, clientSecret: created.client_secret };
    const ask = () =>
      tokenRequest(server, robot, { grant_type: 'client_credentials', resource: `${server.url}/admin` });
    const own = (await ask()).json().access_token as string;
    const read = async () => (await adminCall(server, 'GET', '/audit/event-types', { token: own })).status;
    expect(await read()).toBe(200);
    await call('POST', `/clients/${created.id}/suspend`);
    expect([await read(), (await ask()).status]).toEqual([401, 401]);
    await call('POST', `/clients/${created.id}/approve`);
    expect([await read(), (await ask()).status]).toEqual([401, 200]);
  });
});
