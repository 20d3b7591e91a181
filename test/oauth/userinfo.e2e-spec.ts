import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, exchange, authorize, tokensOf, type Connection } from '../support/actors.js';
import { CookieJar, get, post, request, type HttpResponse, type RequestOptions } from '../support/http.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import { HeldKey, requestWith, tokenRequestWith } from '../support/proofs.js';
import { sleep } from '../support/server-process.js';
import {
  asOperator,
  claimsOf,
  connectIn,
  events,
  operator,
  raw,
  rawGet,
  refusalOf,
  ROOMY,
  signedIn,
  webClient,
} from './harness.js';
import { SecondPeople } from './second-person.js';

let server: TestServer;
let jar: CookieJar;
const people = new SecondPeople();

beforeAll(async () => {
  const identityProviders = await people.start();
  server = await startServer({ config: { limits: ROOMY, identityProviders } });
  jar = await signedIn(server);
});
afterAll(() => people.stop());

const url = (): string => `${server.base}/oauth2/userinfo`;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const ask = (token: string, options: RequestOptions = {}): Promise<HttpResponse> =>
  get(url(), { ...options, headers: { ...bearer(token), ...options.headers } });

/** Signs in at a client that only wants to know who somebody is. */
const knownTo = (scope: string, browser = jar): Promise<Connection> =>
  connectIn(server, browser, { scope, resource: null });

const challengeOf = (answer: HttpResponse): string => String(answer.headers['www-authenticate']);

describe('userinfo', () => {
  it('says what the granted scopes allow and nothing more', async () => {
    for (const [scope, expected] of [
      ['openid', {}],
      ['openid email', { email: ADMIN_EMAIL, email_verified: true }],
      ['openid profile', { name: 'Admin' }],
      ['openid email profile', { email: ADMIN_EMAIL, email_verified: true, name: 'Admin' }],
    ] as const) {
      const { tokens } = await knownTo(scope);
      const answer = await ask(tokens.access_token);
      const { sub } = claimsOf(tokens.id_token!);
      expect([scope, answer.status, answer.json()]).toEqual([scope, 200, { sub, ...expected }]);
      expect(answer.headers['content-type']).toContain('application/json');
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });

  it('speaks of the person of the token, and says of an address whether it is proved', async () => {
    const alice = await people.signIn(server, 'alice');
    const profile = (await ask((await knownTo('openid profile', alice)).tokens.access_token)).json();
    expect(profile).toEqual({ sub: expect.any(String), name: 'alice' });
    const email = (await ask((await knownTo('openid email', alice)).tokens.access_token)).json();
    expect(email).toEqual({ sub: profile.sub, email: 'alice@example.com', email_verified: false });
    const mine = (await ask((await knownTo('openid')).tokens.access_token)).json();
    expect(mine.sub).not.toBe(profile.sub);
  });

  it('takes the token in the Authorization header or the form of a POST', async () => {
    const { tokens } = await knownTo('openid');
    const expected = (await ask(tokens.access_token)).json();
    const inForm = await post(url(), { form: { access_token: tokens.access_token } });
    const inHeader = await post(url(), { headers: bearer(tokens.access_token) });
    const lower = await get(url(), { headers: { authorization: `bearer ${tokens.access_token}` } });
    for (const answer of [inForm, inHeader, lower])
      expect([answer.status, answer.json()]).toEqual([200, expected]);
  });

  it('is JSON that is not signed, also for who registered for something else', async () => {
    const client = await webClient(server, { userinfo_signed_response_alg: 'none' });
    expect(client.registration).not.toHaveProperty('userinfo_signed_response_alg');
    const { tokens } = await connectIn(server, jar, { client, scope: 'openid', resource: null });
    const answer = await ask(tokens.access_token, { headers: { accept: 'application/jwt' } });
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.json()).toEqual({ sub: claimsOf(tokens.id_token!)['sub'] });
  });

  it('may be read by any web page, which cannot use cookies', async () => {
    const { tokens } = await knownTo('openid');
    for (const answer of [await ask(tokens.access_token), await get(url())]) {
      expect(answer.headers['access-control-allow-origin']).toBe('*');
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    }
    const preflight = await request('OPTIONS', url(), {
      headers: { origin: 'https://app.example', 'access-control-request-method': 'GET' },
    });
    expect([preflight.status, preflight.headers['access-control-allow-headers']]).toEqual([
      204,
      expect.stringContaining('authorization'),
    ]);
  });
});

describe('a request without a good token', () => {
  it('that has none is told no error', async () => {
    const { tokens } = await knownTo('openid');
    for (const answer of [
      await get(url()),
      await get(url(), { cookies: jar.copy() }),
      await post(url(), { form: {} }),
      await get(url(), { headers: { authorization: 'Basic YTpi' } }),
      await get(`${url()}?access_token=${tokens.access_token}`),
      await post(`${url()}?access_token=${tokens.access_token}`),
      await post(url(), { json: { access_token: tokens.access_token } }),
      await get(url(), { headers: { 'x-access-token': tokens.access_token } }),
    ]) {
      expect([answer.status, challengeOf(answer)]).toEqual([401, 'Bearer']);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });

  it('that has one in two places, or one that is none, is malformed', async () => {
    const token = (await knownTo('openid')).tokens.access_token;
    const query = `${url()}?access_token=${token}`;
    for (const answer of [
      await post(url(), { headers: bearer(token), form: { access_token: token } }),
      await post(url(), { form: { access_token: [token, token] } }),
      await get(query, { headers: bearer(token) }),
      await post(query, { form: { access_token: token } }),
      await get(url(), { headers: { authorization: 'Bearer' } }),
      await get(url(), { headers: { authorization: 'Bearer a b' } }),
    ]) {
      expect(refusalOf(answer)).toEqual([400, 'invalid_request']);
      expect(challengeOf(answer)).toMatch(/^Bearer error="invalid_request"/);
    }
    const twice = await rawGet(server, '/oauth2/userinfo', [
      `Authorization: Bearer ${token}`,
      `Authorization: Bearer ${token}`,
    ]);
    expect(twice.status).toBe(400);
  });

  it('is refused, whatever else it has', async () => {
    const { client, tokens } = await knownTo('openid email');
    const mcp = await connectIn(server, jar, { scope: 'openid email mcp:tools:read' });
    for (const [what, token] of Object.entries({
      'for the MCP server': mcp.tokens.access_token,
      'of an operator': await operator(server),
      'an id_token': tokens.id_token!,
      'a refresh token': mcp.tokens.refresh_token!,
      garbage: 'garbage',
      'cut off': tokens.access_token.slice(0, -4),
      'very long': 'x'.repeat(12_000),
      'a client id': client.clientId,
    })) {
      for (const answer of [await ask(token), await post(url(), { form: { access_token: token } })]) {
        expect([what, ...refusalOf(answer)]).toEqual([what, 401, 'invalid_token']);
        expect(challengeOf(answer)).toBe('Bearer error="invalid_token"');
        expect(answer.text).not.toContain(ADMIN_EMAIL);
      }
    }
    expect((await ask(tokens.access_token)).status).toBe(200);
  });

  it('that is bound to a key needs a proof of it, and the right scheme', async () => {
    const client = await webClient(server);
    const held = new HeldKey();
    const { code, verifier } = await authorize(server, client, { jar, scope: 'openid', resource: null });
    const form = { grant_type: 'authorization_code', code, code_verifier: verifier };
    const answer = await tokenRequestWith(
      server,
      { client, key: held },
      {
        ...form,
        redirect_uri: client.redirectUri,
      },
    );
    const { access_token: token } = tokensOf(answer);
    const proved = (key: HeldKey) =>
      requestWith(server, { token, key }, { method: 'GET', path: '/oauth2/userinfo' });
    expect((await proved(held)).status).toBe(200);
    for (const refused of [
      await proved(new HeldKey()),
      await ask(token),
      await get(url(), { headers: { authorization: `DPoP ${token}` } }),
      await post(url(), { form: { access_token: token } }),
    ])
      expect(refused.status).toBe(401);
  });

  it('in a scheme that asks for a proof is asked for one', async () => {
    const odd = await raw(server, 'GET /oauth2/userinfo', ['Authorization: DPoP abc']);
    expect(odd.status).toBe(401);
    expect(odd.headers['www-authenticate']).toMatch(/^DPoP /);
  });

  it('and one without openid is told which scope it needs', async () => {
    const { tokens } = await connectIn(server, jar, {
      scope: 'email',
      resource: `${server.url}/oauth2/userinfo`,
    });
    const answer = await ask(tokens.access_token);
    expect(refusalOf(answer)).toEqual([403, 'insufficient_scope']);
    expect(challengeOf(answer)).toContain('error="insufficient_scope"');
    expect(challengeOf(answer)).toContain('scope="openid"');
  });

  it('in another method is not answered', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const answer = await request(method, url());
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'GET, POST']);
    }
  });
});

describe('a token that was good', () => {
  it('is refused once it has expired', async () => {
    const short = await startServer({ config: { limits: ROOMY, lifetimes: { accessToken: '2s' } } });
    const { tokens } = await connect(short, { scope: 'openid', resource: null });
    const at = () => get(`${short.base}/oauth2/userinfo`, { headers: bearer(tokens.access_token) });
    expect((await at()).status).toBe(200);
    await sleep(2_500);
    const answer = await at();
    expect(refusalOf(answer)).toEqual([401, 'invalid_token']);
    expect(challengeOf(answer)).toContain('error="invalid_token"');
  });

  it('is refused once its person is disabled, and does not come back with them', async () => {
    const bob = await people.signIn(server, 'bob');
    const { client, tokens } = await knownTo('openid email', bob);
    const { sub } = (await ask(tokens.access_token)).json();
    const id = String(sub);
    expect((await asOperator(server, 'POST', `/users/${id}/disable`, { json: {} })).status).toBe(200);
    expect(refusalOf(await ask(tokens.access_token))).toEqual([401, 'invalid_token']);
    expect((await asOperator(server, 'POST', `/users/${id}/enable`, { json: {} })).status).toBe(200);
    expect(refusalOf(await ask(tokens.access_token))).toEqual([401, 'invalid_token']);
    const [event] = await events(server, { type: 'authz.request.rejected', client_id: client.clientId });
    expect(event).toMatchObject({ user_id: id, outcome: { reason_code: 'revoked' } });
  });

  it('is refused once its grant has ended by a replayed code', async () => {
    const client = await webClient(server);
    const { code, verifier } = await authorize(server, client, { jar, scope: 'openid', resource: null });
    const tokens = tokensOf(await exchange(server, client, code, verifier));
    expect((await ask(tokens.access_token)).status).toBe(200);
    expect(refusalOf(await exchange(server, client, code, verifier))).toEqual([400, 'invalid_grant']);
    expect(refusalOf(await ask(tokens.access_token))).toEqual([401, 'invalid_token']);
  });
});

describe('discovery', () => {
  it('says where it is and which claims there are', async () => {
    const metadata = (await get(`${server.base}/.well-known/openid-configuration`)).json();
    expect(metadata.userinfo_endpoint).toBe(`${server.url}/oauth2/userinfo`);
    const { tokens } = await knownTo('openid email profile', await people.signIn(server, 'carol'));
    const seen = Object.keys((await ask(tokens.access_token)).json());
    expect(seen.sort()).toEqual(['email', 'email_verified', 'name', 'sub']);
    expect(metadata.claims_supported).toEqual(expect.arrayContaining(seen));
  });
});
