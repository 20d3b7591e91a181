import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminToken, attemptSignIn, connect } from '../support/actors.js';
import { textOf } from '../support/html.js';
import { CookieJar, get, post, request, type HttpResponse } from '../support/http.js';
import { callTool } from '../support/mcp.js';
import { deviceClient, press, start, type as typeCode } from '../oauth/device-harness.js';
import { asOperator, authorizeQuery, signedIn, type AuditEvent } from '../oauth/harness.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
/** A browser in which somebody is signed in. */
let jar: CookieJar;
let token: string;

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const bearer = (value: string) => ({ headers: { authorization: `Bearer ${value}` } });
const at = (path: string): string => server.base + path;
const failed = { points: 3, seconds: 60, blockSeconds: 60 };

beforeAll(async () => {
  const identityProviders = [
    {
      id: 'away',
      kind: 'oidc',
      issuer: 'http://127.0.0.1:1',
      clientId: 'gatehouse',
      clientSecret: 'x'.repeat(24),
    },
  ];
  const config = { identityProviders, policies: { registration: 'token' }, limits: { login: { failed } } };
  server = await startServer({ config });
  jar = await signedIn(server);
  token = await adminToken(server);
});

async function throttled(): Promise<HttpResponse> {
  const guess = () =>
    attemptSignIn(server, new CookieJar(), { email: 'guessed@example.com', password: 'wrong' });
  for (let tries = 0; tries < 3; tries++) await guess();
  return guess();
}

async function deniedTool(): Promise<HttpResponse> {
  const client = await made({ redirect_uris: ['https://app.example/cb'], auth_method: 'none' });
  const { tokens } = await connect(server, { client, scope: 'mcp:tools:read' });
  return (await callTool(server, tokens.access_token, 'notes_add', { text: 'x' })).response;
}

async function made(metadata: object) {
  const answer = await asOperator(server, 'POST', '/clients', { json: { name: 'Made', ...metadata } });
  const { id, redirect_uris } = answer.json<{ id: string; redirect_uris: string[] }>();
  return { clientId: id, authMethod: 'none', redirectUri: redirect_uris[0]!, registration: {} };
}

const REFUSALS: Record<string, [number, () => Promise<HttpResponse>]> = {
  'a token request of nobody': [
    401,
    () =>
      post(at('/oauth2/token'), {
        form: { grant_type: 'refresh_token', client_id: 'nobody', refresh_token: 'x' },
      }),
  ],
  'a token request without anything': [400, () => post(at('/oauth2/token'), { form: {} })],
  'a token request by its alias': [
    401,
    () => post(at('/token'), { form: { client_id: 'nobody', grant_type: 'x' } }),
  ],
  'a token request as JSON': [400, () => post(at('/oauth2/token'), { json: {} })],
  'a token request that is too large': [
    413,
    () => request('POST', at('/oauth2/token'), { headers: FORM, body: 'x'.repeat(70_000) }),
  ],
  'a token request by GET': [404, () => get(at('/oauth2/token'))],
  'a revocation by nobody': [
    401,
    () => post(at('/oauth2/revoke'), { form: { token: 'x', client_id: 'nobody' } }),
  ],
  'an introspection by nobody': [401, () => post(at('/oauth2/introspect'), { form: { token: 'x' } })],
  'a pushed request of nobody': [401, () => post(at('/oauth2/par'), { form: { client_id: 'nobody' } })],
  'a device of nobody': [
    401,
    () => post(at('/oauth2/device_authorization'), { form: { client_id: 'nobody' } }),
  ],
  'a registration without its token': [
    401,
    () => post(at('/oauth2/register'), { json: { redirect_uris: [] } }),
  ],
  'a registration that is read by nobody': [401, () => get(at('/oauth2/register/nobody'))],
  'userinfo without a token': [401, () => get(at('/oauth2/userinfo'))],
  'userinfo with a token for something else': [401, () => get(at('/oauth2/userinfo'), bearer(token))],
  'an authorization request of nobody': [
    400,
    () =>
      get(at('/oauth2/authorize?client_id=nobody&redirect_uri=https%3A%2F%2Fx.example'), { cookies: jar }),
  ],
  'a redirect URI that is not registered': [
    400,
    async () => {
      const client = await made({ redirect_uris: ['https://app.example/cb'], auth_method: 'none' });
      const query = authorizeQuery(server, client, { redirect_uri: 'https://app.example/cb2' });
      return get(at(`/oauth2/authorize?${query}`), { cookies: jar });
    },
  ],
  'a decision on a request that there is not': [
    400,
    () =>
      post(at('/consent'), { form: { decision: 'approve' }, cookies: jar, headers: { origin: server.url } }),
  ],
  'a form of another site': [
    403,
    () => post(at('/account/end-all'), { form: {}, cookies: jar, headers: { origin: 'https://evil.test' } }),
  ],
  'a wrong password': [401, () => attemptSignIn(server, new CookieJar(), { password: 'wrong' })],
  'a password that was guessed too often': [429, throttled],
  'a code of a device that there is not': [400, () => typeCode(server, jar, 'BCDF-GHJK')],
  'a decision on a device that was decided': [
    400,
    async () => {
      const device = await start(server, await deviceClient(server));
      const page = await typeCode(server, jar, device.user_code);
      await press(server, jar, page, 'deny');
      return press(server, jar, page, 'approve');
    },
  ],
  'a sign-in by a provider that there is not': [404, () => get(at('/sso/nobody'))],
  'a sign-in by a provider that is away': [503, () => get(at('/sso/away'))],
  'MCP without a token': [401, () => post(at('/mcp'), { json: {} })],
  'MCP with a token for something else': [401, () => post(at('/mcp'), { json: {}, ...bearer(token) })],
  'MCP from a page of somebody else': [
    403,
    () => post(at('/mcp'), { json: {}, headers: { origin: 'https://evil.test' } }),
  ],
  'a tool without its scope': [403, deniedTool],
  'the admin API without a token': [401, () => get(at('/admin/v1/users'))],
  'the admin API without a scope': [
    403,
    async () => get(at('/admin/v1/keys'), bearer(await adminToken(server, 'admin:users:read'))),
  ],
  'the admin API for what is not there': [404, () => get(at('/admin/v1/grants/nobody'), bearer(token))],
  'a page that is not there': [404, () => get(at('/nothing'))],
  'an endpoint that is not there': [404, () => get(at('/oauth2/nothing'))],
};

describe('Whatever is refused', () => {
  it.each(Object.entries(REFUSALS))(
    '%s has a decision that tells an operator why',
    async (_name, [status, ask]) => {
      const answer = await ask();
      expect([answer.status, answer.text.slice(0, 300)]).toEqual([status, expect.any(String)]);
      const id = String(answer.headers['x-decision-id']);
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
      if (answer.headers['content-type']?.includes('json')) expect(answer.text).toContain(id);
      const found = await asOperator(server, 'GET', `/audit/events/${id}`);
      expect(found.status).toBe(200);
      const { outcome } = found.json<AuditEvent>();
      expect(outcome.result).not.toBe('allowed');
      expect(outcome.reason_code).toMatch(/^[a-z][a-z0-9_]+$/);
      expect(outcome.http_status ?? status).toBe(status);
      // The caller learns no more than the class of the refusal.
      expect(answer.text).not.toMatch(/\bat .*\.js:|node_modules|SELECT /);
    },
  );

  it('by an unknown client is a page at authorize that tells the person what to do', async () => {
    const [, ask] = REFUSALS['an authorization request of nobody']!;
    const page = await ask();
    expect(page.headers.location).toBeUndefined();
    expect(textOf(page.text)).toMatch(/connect again|add .* again|remove/i);
  });
});
