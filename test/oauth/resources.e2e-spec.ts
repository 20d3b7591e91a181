import { beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import {
  adminCall,
  adminToken,
  attemptAuthorize,
  connect,
  refresh,
  registerClient,
  tokenRequest,
  tokensOf,
  type TestClient,
} from '../support/actors.js';
import { post } from '../support/http.js';
import { callTool } from '../support/mcp.js';
import { runToExit, startServer, type TestServer } from '../support/server.js';

const BILLING = 'https://billing.example.com/api';
const REPORTS = 'https://reports.example.com';
const SECRET = 'a-long-secret-of-the-batch-job-0123456789';

const config = {
  scopes: [
    { name: 'billing:read', sentence: 'See your invoices' },
    { name: 'billing:write', sentence: 'Pay your invoices', group: 'change' },
    { name: 'reports:read', sentence: 'Read reports' },
    { name: 'calendar:read', sentence: 'Read your calendar' },
  ],
  resources: [
    { id: 'mcp', lifetime: '24h', claims: ['email', 'roles'] },
    {
      id: BILLING,
      name: 'Billing',
      format: 'opaque',
      lifetime: '5m',
      scopes: ['billing:read', 'billing:write'],
      claims: ['email'],
    },
    { id: REPORTS, scopes: ['reports:read'] },
  ],
  clients: [
    {
      clientId: 'batch',
      name: 'Batch',
      clientSecret: SECRET,
      grantTypes: ['client_credentials'],
      scopes: ['billing:read', 'reports:read', 'mcp:tools:read'],
    },
  ],
};
const BATCH: TestClient = {
  clientId: 'batch',
  clientSecret: SECRET,
  authMethod: 'client_secret_basic',
  redirectUri: '',
  registration: {},
};

describe('Resources by configuration', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer({ config });
  });

  it('have a lifetime, an audience and claims of their own', async () => {
    const mcp = await connect(server);
    expect(mcp.tokens.expires_in).toBe(86_400);
    expect(decodeJwt(mcp.tokens.access_token)).toMatchObject({
      aud: `${server.url}/mcp`,
      email: 'admin@example.com',
      roles: ['admin'],
    });
    const reports = await connect(server, { resource: REPORTS, scope: 'reports:read' });
    expect(reports.tokens.expires_in).toBe(3_600);
    const claims = decodeJwt(reports.tokens.access_token);
    expect(claims.aud).toBe(REPORTS);
    expect(claims).not.toHaveProperty('email');
    expect(decodeProtectedHeader(reports.tokens.access_token)).toMatchObject({ typ: 'at+jwt' });
  });

  it('may have opaque tokens, which are no JWT, have a prefix that scanners find, and are refused at /mcp', async () => {
    const { tokens } = await connect(server, { resource: BILLING, scope: 'billing:read openid' });
    expect(tokens.access_token).toMatch(/^gh_at_[\w-]{43}$/);
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 300, scope: 'billing:read openid' });
    expect((await callTool(server, tokens.access_token, 'whoami')).status).toBe(401);
    expect((await callTool(server, `${tokens.access_token.slice(0, -1)}A`, 'whoami')).status).toBe(401);
  });

  it('get their tokens refreshed and by client_credentials alike', async () => {
    const { client, tokens } = await connect(server, { resource: BILLING, scope: 'billing:read' });
    const next = tokensOf(await refresh(server, client, tokens.refresh_token!));
    expect(next.access_token).toMatch(/^gh_at_/);
    expect(next.access_token).not.toBe(tokens.access_token);
    const machine = await tokenRequest(server, BATCH, {
      grant_type: 'client_credentials',
      resource: BILLING,
    });
    expect(tokensOf(machine)).toMatchObject({ scope: 'billing:read', expires_in: 300 });
  });

  it.each([
    ['a scope of another resource', REPORTS, 'billing:read'],
    ['a scope of the MCP server', BILLING, 'mcp:tools:read'],
    ['only a scope that another resource claims', undefined, 'billing:read'],
  ])('do not give %s', async (_name, resource, scope) => {
    const client = await registerClient(server);
    const asked = { scope, ...(resource && { resource }) };
    const refused = await attemptAuthorize(server, client, asked);
    expect(refused).toMatchObject({ error: 'invalid_scope' });
  });

  it('still serve a scope nobody claims at the MCP server', async () => {
    const { tokens } = await connect(server, { scope: 'calendar:read' });
    expect(tokens.scope).toBe('calendar:read');
  });

  it('that nobody configured are an invalid target', async () => {
    const client = await registerClient(server);
    const refused = await attemptAuthorize(server, client, { resource: 'https://unknown.example.com' });
    expect(refused).toMatchObject({ error: 'invalid_target' });
  });

  it('asked for by openid alone and no name are the userinfo endpoint, and its tokens are worth nothing elsewhere', async () => {
    const { tokens } = await connect(server, { scope: 'openid email', resource: null });
    expect(decodeJwt(tokens.access_token).aud).toBe(`${server.url}/oauth2/userinfo`);
    expect((await callTool(server, tokens.access_token, 'whoami')).status).toBe(401);
  });

  it('keep the lifetime of the admin API where nothing is said', async () => {
    const { exp, iat } = decodeJwt(await adminToken(server));
    expect(exp! - iat!).toBe(600);
  });

  it('revoke an opaque token as any other', async () => {
    const { client, tokens } = await connect(server, { resource: BILLING, scope: 'billing:read' });
    const form = { token: tokens.access_token, client_id: client.clientId };
    const listed = async () =>
      (await adminCall(server, 'GET', `/tokens?client_id=${client.clientId}`)).json<{ items: object[] }>()
        .items;
    expect(await listed()).toEqual([expect.not.objectContaining({ revoked_at: expect.any(String) })]);
    expect((await post(`${server.base}/oauth2/revoke`, { form })).status).toBe(200);
    expect(await listed()).toEqual([expect.objectContaining({ revoked_at: expect.any(String) })]);
  });

  it.each([
    [{ resources: [{ id: 'mcp', format: 'opaque' }] }, 'mcp verifies its tokens itself'],
    [{ resources: [{ id: 'ftp://x' }] }, 'id must be an absolute http(s) URI'],
    [{ resources: [{ id: BILLING, lifetime: 'soon' }] }, 'lifetime'],
    [{ resources: [{ id: BILLING }, { id: BILLING }] }, `resources has ${BILLING} twice`],
    [{ resources: [{ id: BILLING, colour: 'red' }] }, 'colour'],
  ])('that make no sense are refused at start: %j', async (wrong, said) => {
    const { code, output } = await runToExit({ config: wrong });
    expect(code).toBe(1);
    expect(output).toContain(said);
  });
});
