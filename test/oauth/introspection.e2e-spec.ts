import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  connect,
  exchange,
  opsClient,
  refresh,
  tokenRequest,
  tokensOf,
  type Connection,
  type TestClient,
} from '../support/actors.js';
import { CookieJar, get, post, request, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { HeldKey, tokenRequestWith } from '../support/proofs.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  asOperator,
  atOnce,
  claimsOf,
  connectAgain,
  connectIn,
  events,
  freshCode,
  grantsOf,
  INSIDE,
  refusalOf,
  ROOMY,
  signedIn,
  webClient,
} from './harness.js';

const API = 'https://api.example.com';
const SECRET = 'the-secret-of-the-resource-server-0123456789';

const config = {
  limits: { ...ROOMY, introspection: { points: 100_000, seconds: 60 } },
  scopes: [{ name: 'api:read', sentence: 'Read your things' }],
  resources: [
    { id: API, format: 'opaque', scopes: ['api:read'], introspection: ['api-server'] },
    { id: 'mcp', introspection: ['api-server'] },
  ],
  clients: [
    {
      clientId: 'api-server',
      name: 'The API',
      clientSecret: SECRET,
      grantTypes: ['client_credentials'],
      scopes: ['api:read'],
    },
  ],
};
const API_SERVER: TestClient = {
  clientId: 'api-server',
  clientSecret: SECRET,
  authMethod: 'client_secret_basic',
  redirectUri: '',
  registration: {},
};
const FORMATS = ['jwt', 'opaque'] as const;

let server: TestServer;
let jar: CookieJar;
/** Confidential, so that it may ask about its own tokens. */
let app: TestClient;

beforeAll(async () => {
  server = await startServer({ config });
  jar = await signedIn(server);
  app = await confidential();
});

const confidential = (): Promise<TestClient> =>
  webClient(server, { token_endpoint_auth_method: 'client_secret_basic' });

const basic = ({ clientId, clientSecret = '' }: TestClient): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
});

const introspect = (
  client: TestClient,
  token: string | string[],
  extra: Record<string, string> = {},
  at = server,
): Promise<HttpResponse> =>
  post(`${at.base}/oauth2/introspect`, { form: { token, ...extra }, headers: basic(client) });

async function isActive(client: TestClient, token: string, at = server): Promise<boolean> {
  const answer = await introspect(client, token, {}, at);
  expect(answer.status).toBe(200);
  const { active, ...rest } = answer.json<{ active: boolean }>();
  if (!active) expect(rest).toEqual({});
  return active;
}

/** An access token in one of the formats, with what goes with it. */
const tokenIn = (format: (typeof FORMATS)[number], client = app): Promise<Connection> =>
  connectIn(
    server,
    jar,
    format === 'jwt' ? { client, scope: 'mcp:tools:read' } : { client, scope: 'api:read', resource: API },
  );

describe('introspection', () => {
  it('tells a client of its own access token', async () => {
    const { tokens } = await tokenIn('jwt');
    const claims = claimsOf(tokens.access_token);
    const answer = await introspect(app, tokens.access_token);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json()).toEqual({
      active: true,
      scope: 'mcp:tools:read',
      client_id: app.clientId,
      sub: claims['sub'],
      aud: `${server.url}/mcp`,
      iss: server.url,
      exp: claims['exp'],
      iat: claims['iat'],
      jti: claims['jti'],
      token_type: 'Bearer',
      auth_time: claims['auth_time'],
      acr: claims['acr'],
    });
  });

  it('tells the same of an opaque one', async () => {
    const { tokens } = await tokenIn('opaque');
    expect(tokens.access_token.split('.')).toHaveLength(1);
    expect((await introspect(app, tokens.access_token)).json()).toMatchObject({
      active: true,
      scope: 'api:read',
      client_id: app.clientId,
      aud: API,
      token_type: 'Bearer',
      jti: expect.any(String),
      exp: expect.any(Number),
    });
  });

  it('tells a client that acts for the resource, of tokens for that resource alone', async () => {
    for (const format of FORMATS) {
      const { tokens } = await tokenIn(format);
      expect([format, (await introspect(API_SERVER, tokens.access_token)).json()]).toEqual([
        format,
        expect.objectContaining({ active: true, client_id: app.clientId }),
      ]);
    }
    const elsewhere = await connectIn(server, jar, { client: app, scope: 'openid', resource: null });
    expect(await isActive(app, elsewhere.tokens.access_token)).toBe(true);
    expect(await isActive(API_SERVER, elsewhere.tokens.access_token)).toBe(false);
  });

  it('tells of a refresh token its own client, and of nothing that could pass it for an access token', async () => {
    const { tokens } = await tokenIn('jwt');
    const answer = (await introspect(app, tokens.refresh_token!)).json();
    expect(Object.keys(answer).sort()).toEqual(
      ['active', 'client_id', 'exp', 'iat', 'iss', 'scope', 'sub'].sort(),
    );
    expect(answer).toMatchObject({ active: true, client_id: app.clientId, scope: 'mcp:tools:read' });
    expect(await isActive(API_SERVER, tokens.refresh_token!)).toBe(false);
  });

  it('takes a hint for no more than a hint', async () => {
    const { tokens } = await tokenIn('jwt');
    for (const token_type_hint of ['access_token', 'refresh_token', 'nonsense', ''])
      for (const token of [tokens.access_token, tokens.refresh_token!])
        expect((await introspect(app, token, { token_type_hint })).json()).toMatchObject({ active: true });
  });

  it('tells of the key that a token is bound to', async () => {
    const { code, verifier } = await freshCode(server, app, { jar });
    const held = new HeldKey();
    const answer = await tokenRequestWith(
      server,
      { client: app, key: held },
      {
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        redirect_uri: app.redirectUri,
      },
    );
    const { access_token, token_type } = tokensOf(answer);
    expect(token_type).toBe('DPoP');
    expect((await introspect(API_SERVER, access_token)).json()).toMatchObject({
      active: true,
      token_type: 'DPoP',
      cnf: { jkt: held.jkt },
    });
  });

  it('tells a machine of its own token', async () => {
    const token = tokensOf(
      await tokenRequest(server, API_SERVER, {
        grant_type: 'client_credentials',
        resource: API,
        scope: 'api:read',
      }),
    ).access_token;
    expect((await introspect(API_SERVER, token)).json()).toMatchObject({
      active: true,
      sub: 'api-server',
      client_id: 'api-server',
    });
  });
});

describe('a token of somebody else', () => {
  it('is as unknown as one that never was, to operators too, and the question is recorded', async () => {
    const other = await confidential();
    for (const format of FORMATS) {
      const { tokens } = await tokenIn(format);
      for (const client of [other, opsClient()]) {
        const unknown = await introspect(client, 'x'.repeat(43));
        expect(unknown.json()).toEqual({ active: false });
        for (const token of [tokens.access_token, tokens.refresh_token!]) {
          const foreign = await introspect(client, token);
          expect([foreign.status, foreign.text]).toEqual([unknown.status, unknown.text]);
        }
      }
      const asked = await events(server, { type: 'token.introspection.denied', client_id: other.clientId });
      const reasons = asked.map(({ outcome }) => outcome.reason_code);
      expect(new Set(reasons)).toEqual(new Set(['not_for_this_client', 'unknown_token']));
      expect(JSON.stringify(asked)).not.toContain(tokens.access_token.slice(-20));
      expect(await isActive(app, tokens.access_token)).toBe(true);
    }
  });
});

describe('a token that is over', () => {
  it.each(FORMATS)('is not active any more, at once: %s', async (format) => {
    const ways: Record<string, (one: Connection) => Promise<HttpResponse>> = {
      'its client revokes it': ({ tokens }) =>
        post(`${server.base}/oauth2/revoke`, { form: { token: tokens.access_token }, headers: basic(app) }),
      'its client revokes the refresh token': ({ tokens }) =>
        post(`${server.base}/oauth2/revoke`, { form: { token: tokens.refresh_token! }, headers: basic(app) }),
      'an operator ends the grant': async ({ client }) => {
        const grant = (await grantsOf(server, client)).find(({ active }) => active)!;
        return asOperator(server, 'DELETE', `/grants/${grant.id}`);
      },
    };
    for (const [what, end] of Object.entries(ways)) {
      const one = await tokenIn(format, await confidential());
      const mine = one.client;
      const client = what.startsWith('an operator') ? mine : app;
      const used = client === app ? await tokenIn(format) : one;
      expect([what, await isActive(client, used.tokens.access_token)]).toEqual([what, true]);
      expect([what, (await end(used)).status]).toEqual([what, 200]);
      expect([what, await isActive(client, used.tokens.access_token)]).toEqual([what, false]);
      expect(await isActive(API_SERVER, used.tokens.access_token)).toBe(false);
    }
  });

  it('is not active once it was used, if it is a refresh token, or once it has expired', async () => {
    const { tokens } = await tokenIn('jwt');
    const next = tokensOf(await refresh(server, app, tokens.refresh_token!));
    expect(await isActive(app, tokens.refresh_token!)).toBe(false);
    expect(await isActive(app, next.refresh_token!)).toBe(true);

    const short = await startServer({ config: { ...config, lifetimes: { accessToken: '2s' } } });
    for (const over of [{}, { scope: 'api:read', resource: API }]) {
      const one = await connect(short, over);
      expect(await isActive(API_SERVER, one.tokens.access_token, short)).toBe(true);
      await sleep(2_500);
      expect(await isActive(API_SERVER, one.tokens.access_token, short)).toBe(false);
    }
    // That it has expired is no secret and no guess.
    expect(await events(short, { type: 'token.introspection.denied' })).toEqual([]);
  });

  it('is not active once its code came back', async () => {
    const { code, verifier } = await freshCode(server, app, { jar });
    const first = tokensOf(await exchange(server, app, code, verifier));
    const second = tokensOf(await refresh(server, app, first.refresh_token!));
    const all = [first.access_token, second.access_token, second.refresh_token!];
    for (const token of all) expect(await isActive(app, token)).toBe(true);
    expect((await exchange(server, app, code, verifier)).status).toBe(400);
    for (const token of all) expect(await isActive(app, token)).toBe(false);
    expect(await isActive(API_SERVER, second.access_token)).toBe(false);
  });

  it('is not active when its person is disabled or its client suspended', async () => {
    const own = await startServer({ config });
    const one = await connect(own);
    expect(await isActive(API_SERVER, one.tokens.access_token, own)).toBe(true);
    await asOperator(own, 'POST', `/clients/${encodeURIComponent(one.client.clientId)}/suspend`, {
      json: {},
    });
    expect(await isActive(API_SERVER, one.tokens.access_token, own)).toBe(false);
    const two = await connect(own);
    expect(await isActive(API_SERVER, two.tokens.access_token, own)).toBe(true);
    const id = String(claimsOf(two.tokens.access_token)['sub']);
    await asOperator(own, 'POST', `/users/${id}/disable`, { json: {} });
    expect(await isActive(API_SERVER, two.tokens.access_token, own)).toBe(false);
  });
});

describe('who asks', () => {
  it('has to prove who it is', async () => {
    const { tokens } = await tokenIn('jwt');
    const token = tokens.access_token;
    const open = await connectIn(server, jar);
    const form = { token };
    for (const [what, options] of Object.entries({
      nobody: { form },
      'a public client': { form: { token: open.tokens.access_token, client_id: open.client.clientId } },
      'without the secret': { form: { ...form, client_id: app.clientId } },
      'with a wrong secret': { form, headers: basic({ ...app, clientSecret: 'wrong' }) },
      'with a bearer token': { form, headers: { authorization: `Bearer ${token}` } },
      'with a session': { form, cookies: jar.copy() },
    })) {
      const answer = await post(`${server.base}/oauth2/introspect`, options);
      expect([what, ...refusalOf(answer)]).toEqual([what, 401, 'invalid_client']);
      expect(answer.text).not.toContain('active');
    }
    const inForm = { ...form, client_id: app.clientId, client_secret: app.clientSecret! };
    expect((await post(`${server.base}/oauth2/introspect`, { form: inForm })).json()).toMatchObject({
      active: true,
    });
  });
});

describe('an introspection request', () => {
  it('that makes no sense is refused or answered without harm', async () => {
    const { tokens } = await tokenIn('jwt');
    expect(refusalOf(await introspect(app, ''))).toEqual([400, 'invalid_request']);
    expect(refusalOf(await introspect(app, [tokens.access_token, tokens.access_token]))).toEqual([
      400,
      'invalid_request',
    ]);
    expect(refusalOf(await introspect(app, 'a\0b'))).toEqual([400, 'invalid_request']);
    const { code } = await freshCode(server, app, { jar });
    for (const token of [
      'x',
      'a.b.c',
      '..',
      code,
      'gh_at_',
      'gh_rt_',
      '{"alg":"none"}',
      'x'.repeat(60_000),
      tokens.access_token.slice(0, -3),
      `${tokens.access_token}.`,
      '\u{1f511}',
    ])
      expect([token.slice(0, 20), (await introspect(app, token)).json()]).toEqual([
        token.slice(0, 20),
        { active: false },
      ]);
    const large = await introspect(app, 'x'.repeat(1_000_000));
    expect(refusalOf(large)).toEqual([413, 'invalid_request']);
    expect(large.text).not.toMatch(INSIDE);
    const json = await post(`${server.base}/oauth2/introspect`, {
      json: { token: tokens.access_token },
      headers: basic(app),
    });
    expect(refusalOf(json)).toEqual([400, 'invalid_request']);
  });

  it('in a query is not read, and in another method not answered', async () => {
    const { tokens } = await tokenIn('jwt');
    const address = `${server.base}/oauth2/introspect?token=${tokens.access_token}`;
    expect(refusalOf(await post(address, { form: {}, headers: basic(app) }))).toEqual([
      400,
      'invalid_request',
    ]);
    for (const method of ['GET', 'PUT', 'DELETE', 'HEAD']) {
      const answer = await request(method, address, { headers: basic(app) });
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'POST']);
      expect(answer.text).not.toContain('active');
    }
  });

  it('is not for scripts on web pages', async () => {
    const answer = await introspect(app, 'x');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('guessing', () => {
  it('is stopped per client, and what is no guess does not count', async () => {
    const tight = await startServer({
      config: { ...config, limits: { ...ROOMY, introspection: { points: 20, seconds: 60 } } },
    });
    const { tokens } = await connect(tight);
    for (let round = 0; round < 30; round++)
      expect(await isActive(API_SERVER, tokens.access_token, tight)).toBe(true);
    const answers = await atOnce(40, (index) => introspect(API_SERVER, `guess-${index}`, {}, tight));
    const after = await introspect(API_SERVER, tokens.access_token, {}, tight);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(20);
    expect(refusalOf(after)).toEqual([429, 'temporarily_unavailable']);
    expect(Number(after.headers['retry-after'])).toBeGreaterThan(0);
    expect((await introspect(opsClient(), 'x', {}, tight)).status).toBe(200);
  });

  it('of a thousand is stopped by default', async () => {
    const usual = await startServer({ config: { ...config, limits: {} } });
    const statuses: number[] = [];
    for (let batch = 0; batch < 20; batch++)
      statuses.push(
        ...(await atOnce(50, (index) => introspect(API_SERVER, `guess-${batch}-${index}`, {}, usual))).map(
          ({ status }) => status,
        ),
      );
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
  });
});

describe('discovery', () => {
  it('says where it is and that public clients need not come', async () => {
    const metadata = (await get(`${server.base}/.well-known/oauth-authorization-server`)).json();
    expect(metadata.introspection_endpoint).toBe(`${server.url}/oauth2/introspect`);
    const methods: string[] = metadata.introspection_endpoint_auth_methods_supported;
    expect(methods).toContain('client_secret_basic');
    expect(methods).not.toContain('none');
    expect(metadata.token_endpoint_auth_methods_supported).toEqual(expect.arrayContaining(methods));
  });
});

describeOnPostgres('an introspection at another replica', () => {
  it('knows of a revocation as soon as that was answered', async () => {
    const other = await startServer({
      database: server.databaseUrl!,
      env: { PUBLIC_URL: server.url },
      config,
    });
    const first = await tokenIn('opaque');
    expect(await isActive(API_SERVER, first.tokens.access_token, other)).toBe(true);
    for (let round = 0; round < 20; round++) {
      const one = await (round % 2 ? tokenIn('opaque') : connectAgain(server, first));
      expect(await isActive(API_SERVER, one.tokens.access_token, other)).toBe(true);
      const token = round % 4 < 2 ? one.tokens.access_token : one.tokens.refresh_token!;
      await post(`${server.base}/oauth2/revoke`, { form: { token }, headers: basic(app) });
      expect(await isActive(API_SERVER, one.tokens.access_token, other)).toBe(false);
    }
  });
});

describeOnPostgres('what was granted', () => {
  it.each(FORMATS)(
    'is the same in the grant, the token and the answer, and stays when a token narrows it: %s',
    async (format) => {
      const client = await confidential();
      const first = await connectIn(server, jar, {
        client,
        ...(format === 'jwt' ? { scope: 'openid mcp:tools:read' } : { scope: 'api:read', resource: API }),
      });
      const narrow = format === 'jwt' ? 'mcp:tools:read' : 'api:read';
      const later = tokensOf(await refresh(server, client, first.tokens.refresh_token!, { scope: narrow }));
      const said = async (token: string) => (await introspect(client, token)).json<{ scope: string }>().scope;
      const [grant] = await server.sql<{ scopes: string[] }>(
        'SELECT scopes FROM grants WHERE client_id = $1',
        [client.clientId],
      );
      const tokens = await server.sql<{ scopes: string[] }>(
        'SELECT scopes FROM access_tokens WHERE client_id = $1 ORDER BY issued_at',
        [client.clientId],
      );
      expect(grant!.scopes.join(' ')).toBe(first.tokens.scope);
      expect(tokens.map(({ scopes }) => scopes.join(' '))).toEqual([
        await said(first.tokens.access_token),
        await said(later.access_token),
      ]);
      expect(await said(first.tokens.access_token)).toBe(first.tokens.scope);
      expect(await said(later.access_token)).toBe(narrow);
    },
  );
});
