import { beforeAll, describe, expect, it } from '@jest/globals';
import { mcpCall, opsClient, tokenRequest, tokensOf, type TestClient } from '../support/actors.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  asOperator,
  claimsOf,
  events,
  mcpStatus,
  refusalOf,
  ROOMY,
  signedIn,
  webClient,
  connectIn,
} from './harness.js';

let server: TestServer;
let worker: TestClient;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  worker = await machine({ scopes: ['mcp:tools:read', 'mcp:tools:execute'] });
});

async function machine(over: Record<string, unknown> = {}): Promise<TestClient> {
  const made = await asOperator(server, 'POST', '/clients', {
    json: {
      name: 'Worker',
      grant_types: ['client_credentials'],
      auth_method: 'client_secret_basic',
      ...over,
    },
  });
  if (made.status !== 201) throw new Error(made.text);
  const body = made.json<Record<string, string>>();
  return {
    clientId: (body['client_id'] ?? body['id'])!,
    clientSecret: body['client_secret']!,
    authMethod: 'client_secret_basic',
    redirectUri: '',
    registration: body,
  };
}

const ask = (client: TestClient, form: Record<string, string | string[]> = {}) =>
  tokenRequest(server, client, { grant_type: 'client_credentials', ...form });

describe('client_credentials', () => {
  it('gives the client a token of its own, and nothing that lives longer', async () => {
    const response = await ask(worker);
    expect(response.headers['cache-control']).toBe('no-store');
    const tokens = tokensOf(response);
    expect(tokens).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3_600,
      scope: 'mcp:tools:read mcp:tools:execute',
    });
    const claims = claimsOf(tokens.access_token);
    expect(claims).toMatchObject({
      sub: worker.clientId,
      client_id: worker.clientId,
      aud: `${server.url}/mcp`,
      iss: server.url,
      scope: tokens.scope,
    });
    for (const name of ['gid', 'sid', 'auth_time', 'amr']) expect(claims).not.toHaveProperty(name);
    expect(await mcpStatus(server, tokens.access_token)).toBe(200);
    const [event] = await events(server, { type: 'token.issued', client_id: worker.clientId });
    expect(event).toMatchObject({ details: { grant_type: 'client_credentials', refresh_token: false } });
  });

  it('has a subject that is no person’s', async () => {
    const { tokens } = await connectIn(server, await signedIn(server));
    const person = claimsOf(tokens.access_token)['sub'];
    const own = claimsOf(tokensOf(await ask(worker)).access_token)['sub'];
    expect(own).not.toBe(person);
    expect(String(own)).not.toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-/);
  });

  it('gives less when less is asked for, and the shorter life of the admin API there', async () => {
    expect(tokensOf(await ask(worker, { scope: 'mcp:tools:read' })).scope).toBe('mcp:tools:read');
    const admin = tokensOf(
      await ask(opsClient(), { scope: 'admin:users:read', resource: `${server.url}/admin` }),
    );
    expect(admin).toMatchObject({ scope: 'admin:users:read', expires_in: 600 });
    expect(claimsOf(admin.access_token)['aud']).toBe(`${server.url}/admin`);
  });

  it('is refused a scope that is not the client’s own, is about people, or is unknown', async () => {
    const reader = await machine({ scopes: ['mcp:tools:read'] });
    for (const scope of [
      'mcp:tools:execute',
      'mcp:tools:read mcp:tools:execute',
      'admin:users',
      'admin:users:read',
      'openid',
      'offline_access',
      'mcp:tools:read openid',
      'mcp:tools:read offline_access',
      'email profile',
      'nonsense',
    ]) {
      const response = await ask(reader, { scope });
      expect([scope, ...refusalOf(response)]).toEqual([scope, 400, 'invalid_scope']);
    }
    expect(tokensOf(await ask(reader)).scope).toBe('mcp:tools:read');
  });

  it('is refused a resource that is unknown, not the client’s, or one of two', async () => {
    for (const [resource, error] of [
      ['https://other.example/', 'invalid_target'],
      [`${server.url}/mcp#x`, 'invalid_target'],
      [[`${server.url}/mcp`, `${server.url}/admin`], 'invalid_target'],
      [`${server.url}/admin`, 'invalid_scope'],
    ] as const)
      expect([resource, ...refusalOf(await ask(worker, { resource: [resource].flat() }))]).toEqual([
        resource,
        400,
        error,
      ]);
  });

  it('is for clients with a secret: not for public ones, and not for ones that registered themselves', async () => {
    for (const method of ['none', 'client_secret_basic', 'client_secret_post']) {
      const client = await webClient(server, {
        token_endpoint_auth_method: method,
        grant_types: ['authorization_code', 'client_credentials'],
      });
      expect(refusalOf(await ask(client))).toEqual([400, 'unauthorized_client']);
    }
    const made = await asOperator(server, 'POST', '/clients', {
      json: { name: 'Public worker', grant_types: ['client_credentials'], auth_method: 'none' },
    });
    expect(made.status).toBe(400);
    expect(refusalOf(await ask({ ...worker, authMethod: 'none' }))).toEqual([401, 'invalid_client']);
  });

  it('ends with the client: when it is suspended its tokens die and it gets no more', async () => {
    const client = await machine({ scopes: ['mcp:tools:read'] });
    const { access_token } = tokensOf(await ask(client));
    expect(await mcpStatus(server, access_token)).toBe(200);
    expect((await asOperator(server, 'POST', `/clients/${client.clientId}/suspend`)).status).toBe(200);
    expect(await mcpStatus(server, access_token)).toBe(401);
    expect(refusalOf(await ask(client))).toEqual([401, 'invalid_client']);
    expect((await asOperator(server, 'POST', `/clients/${client.clientId}/approve`)).status).toBe(200);
    expect(await mcpStatus(server, tokensOf(await ask(client)).access_token)).toBe(200);
    expect(await mcpStatus(server, access_token)).toBe(401);
  });

  it('ends with the client: when it is deleted nothing of it is left', async () => {
    const client = await machine({ scopes: ['mcp:tools:read'] });
    const { access_token } = tokensOf(await ask(client));
    expect(await mcpStatus(server, access_token)).toBe(200);
    expect((await asOperator(server, 'DELETE', `/clients/${client.clientId}`)).status).toBe(200);
    expect((await mcpCall(server, access_token, 'tools/list')).status).toBe(401);
    expect(refusalOf(await ask(client))).toEqual([401, 'invalid_client']);
  });
});
