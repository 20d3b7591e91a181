import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from 'argon2';
import { SignJWT } from 'jose';
import { adminCall, adminToken, connect, opsClient, tokenRequest, tokensOf } from '../support/actors.js';
import { get, request, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { sleep } from '../support/server-process.js';
import { NO_MAILBOX } from '../support/mailbox.js';
import { startServer, type TestServer } from '../support/server.js';
import { browserOf, ownKey, TAKES_KEYS } from '../api-keys/harness.js';
import { onlyReads, openApi, routesOf, type OpenApi, type Route } from './routes.js';

let server: TestServer;
let document: OpenApi;
let routes: Route[];
let full: string;

beforeAll(async () => {
  server = await startServer({ config: { ...TAKES_KEYS, mail: NO_MAILBOX } });
  document = await openApi(server);
  routes = routesOf(document);
  full = await adminToken(server);
});

/** The route with ids that nobody has. */
const pathOf = (route: Route): string => route.path.replace(/\{\w+\}/g, randomUUID());
const name = (route: Route): string => `${route.method} ${route.path}`;

const callWith = (route: Route, headers: Record<string, string | string[]>): Promise<HttpResponse> =>
  request(route.method, `${server.base}/admin/v1${pathOf(route)}`, { headers });

/** Status and challenge of every route under one set of headers. */
async function onEveryRoute<T>(
  headers: Record<string, string | string[]>,
  read: (response: HttpResponse, route: Route) => T,
): Promise<Record<string, T>> {
  const found: Record<string, T> = {};
  for (const route of routes) found[name(route)] = read(await callWith(route, headers), route);
  return found;
}

const everywhere = <T>(expected: (route: Route) => T): Record<string, T> =>
  Object.fromEntries(routes.map((route) => [name(route), expected(route)]));

/** With ids nobody has, without the body that most of what changes something needs, and without reading events. */
function served({ method, path }: Route): number {
  // A yes to a plan names its hash: without a body it is none.
  if (/\/(?:apply|approve)$/.test(path) && path.startsWith('/revocation-plans/')) return 400;
  // A legal hold has a reason.
  if (method === 'POST' && path.endsWith('/legal-hold')) return 400;
  if (path.includes('{')) return 404;
  if (path === '/audit/tail') return 400;
  return method === 'POST' && path !== '/keys/rotate' && path !== '/audit/verify' ? 400 : 200;
}

const refusal = (response: HttpResponse) => ({
  status: response.status,
  challenge: response.headers['www-authenticate'],
  type: response.headers['content-type']?.split(';')[0],
  store: response.headers['cache-control'],
  cors: response.headers['access-control-allow-origin'],
  code: response.json().code as string,
  decision:
    response.json().decision_id === response.headers['x-decision-id'] &&
    response.json().decision_id !== undefined,
});

const metadata = () => `resource_metadata="${server.url}/.well-known/oauth-protected-resource/admin"`;
const problem = { type: 'application/problem+json', store: 'no-store', cors: undefined, decision: true };

const invalidToken = (route: Route) => ({
  ...problem,
  status: 401,
  code: 'invalid_token',
  challenge: `Bearer error="invalid_token", ${metadata()}, scope="${route.scope}"`,
});

const credentialsMissing = (route: Route) => ({
  ...problem,
  status: 401,
  code: 'credentials_missing',
  challenge: `Bearer ${metadata()}, scope="${route.scope}"`,
});

describe('every route of the admin API', () => {
  it('is in the document, and there are enough of them', () => {
    expect(routes.length).toBeGreaterThanOrEqual(24);
  });

  it('refuses a request without credentials with 401 and no error code', async () => {
    expect(await onEveryRoute({}, refusal)).toEqual(everywhere(credentialsMissing));
  });

  it('does not take a browser session for credentials', async () => {
    const { jar } = await connect(server);
    const cookie = jar.header(new URL(server.url));
    expect(cookie).toContain('gatehouse_session');
    expect(await onEveryRoute({ cookie: cookie!, origin: server.url }, refusal)).toEqual(
      everywhere(credentialsMissing),
    );
  });

  it('refuses other schemes as if there were no credentials', async () => {
    const { clientId, clientSecret } = opsClient();
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    expect(await onEveryRoute({ authorization: `Basic ${basic}`, 'x-api-key': full }, refusal)).toEqual(
      everywhere(credentialsMissing),
    );
  });

  it('refuses garbage with 401 invalid_token', async () => {
    expect(await onEveryRoute({ authorization: 'Bearer garbage' }, refusal)).toEqual(
      everywhere(invalidToken),
    );
  });

  it('refuses a header it cannot read with 400 invalid_request', async () => {
    const expected = {
      ...problem,
      status: 400,
      code: 'invalid_request',
      challenge: `Bearer error="invalid_request", ${metadata()}`,
    };
    expect(await onEveryRoute({ authorization: `Bearer ${full} ${full}` }, refusal)).toEqual(
      everywhere(() => expected),
    );
    expect(await onEveryRoute({ authorization: [`Bearer ${full}`, `Bearer ${full}`] }, refusal)).toEqual(
      everywhere(() => expected),
    );
  });

  it('refuses a token that somebody else signed, whatever it claims', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { keys } = (await get(`${server.base}/oauth2/jwks`)).json<{ keys: { kid: string }[] }>();
    const forged = await new SignJWT({
      client_id: 'ops',
      scope: 'admin:grants admin:users admin:clients admin:audit',
      rev: 0,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: keys[0]!.kid })
      .setIssuer(server.url)
      .setAudience(`${server.url}/admin`)
      .setSubject('ops')
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
    expect(await onEveryRoute({ authorization: `Bearer ${forged}` }, refusal)).toEqual(
      everywhere(invalidToken),
    );
  });

  it('refuses an access token for the MCP resource, even of an administrator', async () => {
    const { tokens } = await connect(server, { scope: 'mcp:tools:read mcp:tools:execute' });
    expect(await onEveryRoute({ authorization: `Bearer ${tokens.access_token}` }, refusal)).toEqual(
      everywhere(invalidToken),
    );
  });

  it('refuses a refresh token', async () => {
    const { tokens } = await connect(server, { scope: 'mcp:tools:read offline_access' });
    expect(tokens.refresh_token).toEqual(expect.stringMatching(/^gh_rt_/));
    expect(await onEveryRoute({ authorization: `Bearer ${tokens.refresh_token}` }, refusal)).toEqual(
      everywhere(invalidToken),
    );
  });

  it('refuses an API key, even of an administrator with every right, wherever it is shown', async () => {
    const scope = ['clients', 'users', 'grants', 'keys', 'audit', 'settings'].map((area) => `admin:${area}`);
    const key = await ownKey(server, await browserOf(server), { scope });
    expect(await onEveryRoute({ 'x-api-key': key }, refusal)).toEqual(everywhere(credentialsMissing));
    expect(await onEveryRoute({ authorization: `Bearer ${key}` }, refusal)).toEqual(everywhere(invalidToken));
  });

  it('refuses a token that was ended', async () => {
    const token = await adminToken(server);
    const jti = (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { jti: string })
      .jti;
    expect((await adminCall(server, 'DELETE', `/tokens/${jti}`, { token: full })).status).toBe(200);
    expect(await onEveryRoute({ authorization: `Bearer ${token}` }, refusal)).toEqual(
      everywhere(invalidToken),
    );
  });

  it('refuses a token in the query', async () => {
    const found: Record<string, number> = {};
    for (const route of routes) {
      const response = await request(
        route.method,
        `${server.base}/admin/v1${pathOf(route)}?access_token=${full}`,
      );
      found[name(route)] = response.status;
    }
    expect(found).toEqual(everywhere(() => 401));
  });

  it('refuses whoever has every other scope with 403, and names the one that is missing', async () => {
    const areas = ['clients', 'users', 'grants', 'keys', 'audit', 'settings'];
    for (const area of areas) {
      const others = areas.filter((other) => other !== area).map((other) => `admin:${other}`);
      const headers = { authorization: `Bearer ${await adminToken(server, others.join(' '))}` };
      const own = routes.filter((route) => route.scope.startsWith(`admin:${area}`));
      for (const route of own) {
        expect({ route: name(route), ...refusal(await callWith(route, headers)) }).toEqual({
          route: name(route),
          ...problem,
          status: 403,
          code: 'insufficient_scope',
          challenge: `Bearer error="insufficient_scope", ${metadata()}, scope="${route.scope}"`,
        });
      }
    }
  });

  it('refuses an administrator whose token has no admin scope with 403', async () => {
    const headers = { authorization: `Bearer ${await personToken(server, 'openid profile')}` };
    expect(await onEveryRoute(headers, ({ status }) => status)).toEqual(everywhere(() => 403));
  });

  it('lets the reading half of every scope read and nothing else', async () => {
    const scopes = ['clients', 'users', 'grants', 'keys', 'audit', 'settings'].map(
      (area) => `admin:${area}:read`,
    );
    const headers = { authorization: `Bearer ${await adminToken(server, scopes.join(' '))}` };
    // What is sealed is opened by a scope of its own.
    const reads = (route: Route) => onlyReads(route) && route.scope !== 'admin:audit:unseal';
    const expected = (route: Route) => (reads(route) ? served(route) : 403);
    expect(await onEveryRoute(headers, ({ status }) => status)).toEqual(everywhere(expected));
  });

  it('serves whoever has every scope', async () => {
    expect(await onEveryRoute({ authorization: `Bearer ${full}` }, ({ status }) => status)).toEqual(
      everywhere(served),
    );
  });

  it('serves an administrator who let a client administer for them', async () => {
    const token = await personToken(
      server,
      'admin:grants admin:users admin:clients admin:keys admin:settings admin:audit admin:audit:unseal',
    );
    expect(await onEveryRoute({ authorization: `Bearer ${token}` }, ({ status }) => status)).toEqual(
      everywhere(served),
    );
  });
});

/** A person's own token for the admin resource, through a client that may ask for anything. */
async function personToken(
  at: TestServer,
  scope: string,
  who: { email?: string; password?: string } = {},
): Promise<string> {
  const redirectUri = 'http://127.0.0.1:41999/callback';
  const created = await adminCall(at, 'POST', '/clients', {
    json: { name: 'Operator tool', redirect_uris: [redirectUri], auth_method: 'none' },
  });
  const { id } = created.json<{ id: string }>();
  const client = { clientId: id, authMethod: 'none', redirectUri, registration: {} };
  const { tokens } = await connect(at, { client, scope, resource: `${at.url}/admin`, ...who });
  return tokens.access_token;
}

describe('a token that expired', () => {
  it('is refused on every route', async () => {
    const shortLived = await startServer({ config: { lifetimes: { adminAccessToken: '1s' } } });
    const response = await tokenRequest(shortLived, opsClient(), {
      grant_type: 'client_credentials',
      resource: `${shortLived.url}/admin`,
    });
    const authorization = `Bearer ${tokensOf(response).access_token}`;
    await sleep(2_100);
    for (const route of routes) {
      const refused = await request(route.method, `${shortLived.base}/admin/v1${pathOf(route)}`, {
        headers: { authorization },
      });
      expect({ route: name(route), status: refused.status, code: refused.json().code }).toEqual({
        route: name(route),
        status: 401,
        code: 'invalid_token',
      });
    }
    await shortLived.stop();
  });
});

describeOnPostgres('a person without a role', () => {
  it('gets no admin scope, whatever they ask for, and is refused on every route', async () => {
    const ordinary = await startServer();
    const password = 'an ordinary passphrase';
    await ordinary.sql(
      `INSERT INTO users (id, email, email_key, email_verified, password_hash, created_at) VALUES ($1, $2, $2, true, $3, now())`,
      [randomUUID(), 'somebody@example.com', await hash(password)],
    );
    const who = { email: 'somebody@example.com', password };
    const token = await personToken(
      ordinary,
      'openid admin:grants admin:users admin:clients admin:audit',
      who,
    );
    const headers = { authorization: `Bearer ${token}` };
    const found: Record<string, number> = {};
    for (const route of routes) {
      const url = `${ordinary.base}/admin/v1${pathOf(route)}`;
      found[name(route)] = (await request(route.method, url, { headers })).status;
    }
    expect(found).toEqual(everywhere(() => 403));
    await ordinary.stop();
  });
});
