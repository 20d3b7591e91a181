import { beforeAll, describe, expect, it } from '@jest/globals';
import { attemptAuthorize, authorize, tokenRequest, type TestClient } from '../support/actors.js';
import { CookieJar, get, post, request, type HttpResponse } from '../support/http.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, events, freshCode, INSIDE, refusalOf, ROOMY, signedIn } from './harness.js';

let server: TestServer;
let jar: CookieJar;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  jar = await signedIn(server);
});

const register = (body: unknown, at: TestServer = server): Promise<HttpResponse> =>
  post(`${at.base}/oauth2/register`, { json: body });

const withPolicies = (clients: Record<string, unknown>): Promise<TestServer> =>
  startServer({ config: { limits: ROOMY, policies: { clients } } });

const WEB = { client_name: 'Web', redirect_uris: ['https://c.test/cb'] };

function clientOf(response: HttpResponse): TestClient {
  expect(response.status).toBe(201);
  const registration = response.json<Record<string, unknown>>();
  return {
    clientId: registration['client_id'] as string,
    ...(registration['client_secret'] !== undefined && {
      clientSecret: registration['client_secret'] as string,
    }),
    authMethod: registration['token_endpoint_auth_method'] as string,
    redirectUri: (registration['redirect_uris'] as string[])[0]!,
    registration,
  };
}

describe('a registration', () => {
  it('finds the alias of older clients', async () => {
    expect((await post(`${server.base}/register`, { json: WEB })).status).toBe(201);
  });

  it('may register from any web page, and reads refusals too', async () => {
    for (const body of [WEB, {}]) {
      const response = await post(`${server.base}/oauth2/register`, {
        json: body,
        headers: { origin: 'https://inspector.example' },
      });
      expect(response.headers['access-control-allow-origin']).toBe('*');
      expect(response.headers['access-control-allow-credentials']).toBeUndefined();
    }
  });
});

describe('what is answered', () => {
  it('has an id of at least 128 random bits, never the same twice', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => clientOf(await register(WEB)).clientId),
    );
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) expect(id.replace('gh_c_', '')).toMatch(/^[\w-]{22,}$/);
  });

  it('is not for caches', async () => {
    expect((await register(WEB)).headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
  });

  it('has a secret of at least 256 bits for a confidential client, once', async () => {
    const client = clientOf(await register({ ...WEB, token_endpoint_auth_method: 'client_secret_basic' }));
    expect(client.clientSecret).toMatch(/^gh_cs_[\w-]{43}$/);
    expect(client.registration['client_secret_expires_at']).toBe(0);
    const seen = await asOperator(server, 'GET', `/clients/${client.clientId}`);
    expect(seen.status).toBe(200);
    expect(seen.text).not.toContain(client.clientSecret!);
  });

  it('is what is stored: defaults filled in, duplicates and unknown grant types left out', async () => {
    const { registration, clientId } = clientOf(
      await register({
        redirect_uris: ['http://127.0.0.1', 'https://c.test/cb', 'https://c.test/cb'],
        grant_types: ['authorization_code', 'implicit', 'password', 'client_credentials'],
        scope: 'mcp:tools:read nonsense',
        client_uri: 'javascript:alert(1)',
        logo_uri: 'http://c.test/x.svg',
        unknown: 'member',
      }),
    );
    expect(registration).toMatchObject({
      redirect_uris: ['http://127.0.0.1/', 'https://c.test/cb'],
      grant_types: ['authorization_code'],
      scope: 'mcp:tools:read',
    });
    for (const name of ['client_uri', 'logo_uri', 'unknown']) expect(registration).not.toHaveProperty(name);
    const stored = (await asOperator(server, 'GET', `/clients/${clientId}`)).json();
    expect(stored).toMatchObject({
      redirect_uris: registration['redirect_uris'],
      grant_types: ['authorization_code'],
    });
  });

  it('is recorded', async () => {
    const { clientId } = clientOf(await register(WEB));
    const [event] = await events(server, { type: 'client.registered', client_id: clientId });
    expect(event).toMatchObject({ actor: { type: 'anonymous' }, details: { registration: 'dcr' } });
  });
});

describe('what a registration cannot give itself', () => {
  it('is an id, a secret, a right of its own, approval or a ceiling', async () => {
    const response = await register({
      ...WEB,
      client_id: 'ops',
      client_secret: 'mine',
      id: 'ops',
      registration: 'static',
      trust_state: 'approved',
      trustState: 'approved',
      skip_consent: true,
      skipConsent: true,
      allowed_scopes: ['admin:users'],
      allowedScopes: ['admin:users'],
      scope: 'admin:users mcp:tools:read',
      grant_types: ['client_credentials', 'authorization_code'],
      token_endpoint_auth_method: 'client_secret_basic',
    });
    const client = clientOf(response);
    expect(client.clientId).not.toBe('ops');
    expect(client.clientSecret).not.toBe('mine');
    const machine = await tokenRequest(server, client, { grant_type: 'client_credentials' });
    expect(refusalOf(machine)).toEqual([400, 'unauthorized_client']);
    const outcome = await attemptAuthorize(server, client, { jar, scope: 'admin:users' });
    expect(outcome).toMatchObject({ error: 'invalid_scope' });
    expect((await authorize(server, client, { jar, scope: 'mcp:tools:read' })).pages).toEqual(['/consent']);
    expect((await asOperator(server, 'GET', `/clients/${client.clientId}`)).json()).toMatchObject({
      trust_state: 'quarantined',
      skip_consent: false,
    });
    const only = await register({ ...WEB, grant_types: ['client_credentials'] });
    expect(refusalOf(only)).toEqual([400, 'invalid_client_metadata']);
  });
});

describe('a public client and a confidential one', () => {
  it('are not taken for each other', async () => {
    const open = clientOf(await register({ ...WEB, token_endpoint_auth_method: 'none' }));
    const issued = await freshCode(server, open, { jar });
    const form = {
      grant_type: 'authorization_code',
      code: issued.code,
      code_verifier: issued.verifier,
      client_id: open.clientId,
    };
    const url = `${server.base}/oauth2/token`;
    expect(refusalOf(await post(url, { form: { ...form, client_secret: 'anything' } }))).toEqual([
      401,
      'invalid_client',
    ]);
    const basic = `Basic ${Buffer.from(`${open.clientId}:anything`).toString('base64')}`;
    const byHeader = await post(url, { form, headers: { authorization: basic } });
    expect(refusalOf(byHeader)).toEqual([401, 'invalid_client']);
    expect(byHeader.headers['www-authenticate']).toMatch(/^Basic /);
    expect((await post(url, { form })).status).toBe(200);
  });
});

describe('a dangerous redirect URI', () => {
  const count = async (): Promise<number> =>
    Number((await server.sql<{ n: string }>('SELECT count(*) AS n FROM clients'))[0]!.n);

  for (const uri of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'java\nscript:alert(1)',
    'javascript://c.test/%0aalert(1)',
    'data:text/html,x',
    'vbscript:x',
    'blob:https://x/y',
    'file:///etc/passwd',
    'about:blank',
    'ftp://c.test/cb',
    'ws://c.test/cb',
    'mailto:a@c.test',
    'com.example.app:/cb',
    'myapp://cb',
    'http://evil.test/cb',
    'http://127.0.0.1.evil.test/cb',
    'http://localhost.evil.test/cb',
    'http://127.0.0.2/cb',
    'http://0.0.0.0/cb',
    'http://[::2]/cb',
    'http://127.0.0.1:99999/cb',
    'https://u:p@c.test/cb',
    'https://u@c.test/cb',
    'http://u:p@127.0.0.1/cb',
    'https://c.test/cb#f',
    'https://c.test/cb#',
    'https://*.c.test/cb',
    'https://c.test/*',
    'https://*',
    '//c.test/cb',
    '/cb',
    'cb',
    '',
    ' ',
    'https://',
    'https:c.test/cb',
    'https:/c.test/cb',
    'https:///c.test/cb',
    'https://c.test\\@evil.test',
    'https://c.test\\cb',
    'https://c.test/cb\r\nSet-Cookie:x=1',
    'https://c.test/cb\u0000',
    'https://c.test/cb x',
    'https://c.test/<script>',
    'https://c.test/"x',
    'https://\u0441.test/cb',
    'https://c.test:99999/cb',
    'https://c.test/cb?code=1',
    'https://c.test/cb?state=1',
    'https://c.test/cb?iss=1',
    'https://c.test/cb?error=1',
    'https://c.test/cb?x=1&%63ode=2',
    `https://c.test/${'x'.repeat(3_000)}`,
  ]) {
    it(`is refused: ${JSON.stringify(uri).slice(0, 60)}`, async () => {
      const before = server.databaseUrl ? await count() : 0;
      const response = await register({ ...WEB, redirect_uris: [uri] });
      expect(response.status).toBe(400);
      expect(['invalid_redirect_uri', 'invalid_client_metadata']).toContain(response.json().error);
      if (!uri.includes('\0')) expect(response.json().error).toBe('invalid_redirect_uri');
      expect(response.headers['content-type']).toMatch(/^application\/json/);
      expect(response.headers['cache-control']).toBe('no-store');
      if (uri.trim().length > 2) expect(response.text).not.toContain(uri);
      // One bad one among good ones is not dropped silently.
      expect((await register({ ...WEB, redirect_uris: ['https://c.test/cb', uri] })).status).toBe(400);
      if (server.databaseUrl) expect(await count()).toBe(before);
    });
  }

  it('list that is missing, empty, too long or no list is refused', async () => {
    for (const [redirect_uris, error] of [
      [undefined, 'invalid_redirect_uri'],
      [null, 'invalid_redirect_uri'],
      [[], 'invalid_redirect_uri'],
      ['https://c.test/cb', 'invalid_redirect_uri'],
      [{ 0: 'https://c.test/cb' }, 'invalid_redirect_uri'],
      [[1], 'invalid_client_metadata'],
      [[null], 'invalid_client_metadata'],
      [[['https://c.test/cb']], 'invalid_client_metadata'],
      [Array.from({ length: 500 }, (_, index) => `https://c.test/${index}`), 'invalid_client_metadata'],
    ] as const)
      expect([redirect_uris, ...refusalOf(await register({ client_name: 'x', redirect_uris }))]).toEqual([
        redirect_uris,
        400,
        error,
      ]);
    const fifty = Array.from({ length: 50 }, (_, index) => `https://c.test/${index}`);
    expect((await register({ ...WEB, redirect_uris: fifty })).status).toBe(201);
  });

  it('with a private-use scheme is for public clients only', async () => {
    const cursor = ['cursor://anysphere.cursor-mcp/oauth/callback'];
    expect((await register({ redirect_uris: cursor })).status).toBe(201);
    const refused = await register({
      redirect_uris: cursor,
      token_endpoint_auth_method: 'client_secret_basic',
    });
    expect(refusalOf(refused)).toEqual([400, 'invalid_redirect_uri']);
  });
});

describe('a body that is not right', () => {
  const send = (body: string | Buffer, type: string | null = 'application/json', headers = {}) =>
    post(`${server.base}/oauth2/register`, {
      body,
      headers: { ...(type !== null && { 'content-type': type }), ...headers },
    });
  const good = JSON.stringify(WEB);

  it('is refused as such, and the server goes on', async () => {
    const deep = (count: number) => `${'['.repeat(count)}${']'.repeat(count)}`;
    const cases: [string, Promise<HttpResponse>, number[]][] = [
      ['text/plain', send(good, 'text/plain'), [400, 415]],
      ['a form', send('client_name=x', 'application/x-www-form-urlencoded'), [400, 415]],
      ['no type', send(good, null), [400, 415]],
      ['an array', send(`[${good}]`), [400]],
      ['a string', send('"x"'), [400]],
      ['null', send('null'), [400]],
      ['nothing', send(''), [400]],
      ['half', send(good.slice(0, 20)), [400]],
      ['not JSON', send('<xml/>'), [400]],
      ['a charset that JSON does not have', send(good, 'application/json; charset=latin1'), [400, 415]],
      ['invalid utf-8', send(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22])), [400]],
      ['gzip', send(good, 'application/json', { 'content-encoding': 'gzip' }), [400, 415]],
      ['5 MB', send(`{"client_name":"${'x'.repeat(5_000_000)}"}`), [413]],
      ['100 kB name', send(JSON.stringify({ ...WEB, client_name: 'x'.repeat(100_000) })), [400, 413]],
      ['60 kB name', send(JSON.stringify({ ...WEB, client_name: 'x'.repeat(60_000) })), [400]],
      ['NUL in a name', send(JSON.stringify({ ...WEB, client_name: 'a\0b' })), [400]],
      ['NUL in a software id', send(JSON.stringify({ ...WEB, software_id: 'a\0b' })), [400]],
      [
        'depth 10 000 in an unknown member',
        send(`{"redirect_uris":["https://c.test/cb"],"x":${deep(10_000)}}`),
        [201, 400],
      ],
      [
        'depth 10 000 in a name',
        send(`{"redirect_uris":["https://c.test/cb"],"client_name":${deep(10_000)}}`),
        [400],
      ],
      ['depth 30 000 in redirect URIs', send(`{"redirect_uris":${deep(30_000)}}`), [400]],
      [
        'depth 30 000 in a list',
        send(`{"redirect_uris":["https://c.test/cb"],"grant_types":${deep(30_000)}}`),
        [400],
      ],
      ['an object for a name', send(JSON.stringify({ ...WEB, client_name: { toString: 'x' } })), [400]],
      ['a number for a scope', send(JSON.stringify({ ...WEB, scope: 7 })), [400]],
      [
        'keys by value and by URL',
        send(JSON.stringify({ ...WEB, jwks: { keys: [] }, jwks_uri: 'https://c.test/jwks' })),
        [400],
      ],
      ['a wrong response type', send(JSON.stringify({ ...WEB, response_types: ['token'] })), [400]],
      ['only foreign grant types', send(JSON.stringify({ ...WEB, grant_types: ['password'] })), [400]],
      ['no grant types', send(JSON.stringify({ ...WEB, grant_types: [] })), [400]],
      ['a wrong application type', send(JSON.stringify({ ...WEB, application_type: 'tv' })), [400]],
    ];
    for (const [what, pending, statuses] of cases) {
      const response = await pending;
      expect([what, statuses.includes(response.status), response.status]).toEqual([
        what,
        true,
        response.status,
      ]);
      if (response.status === 201) continue;
      expect(response.json()).toMatchObject({
        error: expect.any(String),
        error_description: expect.any(String),
      });
      expect(response.headers['cache-control']).toBe('no-store');
      expect(response.text).not.toMatch(INSIDE);
    }
    expect((await register(WEB)).status).toBe(201);
  });

  it('with a member twice stores what was checked', async () => {
    const [ok, evil] = ['["https://c.test/cb"]', '["http://evil.test/cb"]'];
    const first = await send(`{"redirect_uris":${ok},"redirect_uris":${evil}}`);
    expect(first.status).toBe(400);
    const second = await send(`{"redirect_uris":${evil},"redirect_uris":${ok}}`);
    if (second.status === 201) {
      const { client_id } = second.json<{ client_id: string }>();
      const stored = (await asOperator(server, 'GET', `/clients/${client_id}`)).json<{
        redirect_uris: string[];
      }>();
      expect(stored.redirect_uris).toEqual(['https://c.test/cb']);
    } else expect(second.status).toBe(400);
  });

  it('with names of object members pollutes nothing', async () => {
    for (const body of [
      `{"redirect_uris":["https://c.test/cb"],"__proto__":{"skipConsent":true,"client_name":"evil"}}`,
      `{"redirect_uris":["https://c.test/cb"],"constructor":{"prototype":{"client_name":"evil"}}}`,
      `{"__proto__":{"redirect_uris":["https://c.test/cb"]}}`,
      `{"redirect_uris":["https://c.test/cb"],"hasOwnProperty":1,"toString":1,"then":1}`,
    ]) {
      const response = await send(body);
      expect([201, 400]).toContain(response.status);
      expect(response.text).not.toContain('evil');
    }
    expect((await register({ redirect_uris: ['https://c.test/cb'] })).json()).not.toHaveProperty(
      'client_name',
      'evil',
    );
    expect(refusalOf(await register({}))).toEqual([400, 'invalid_redirect_uri']);
  });

  it('with strange characters in the name keeps none that could harm', async () => {
    const response = await register({ ...WEB, client_name: 'A\u0007\u001b[2J\r\nB\u202eC' });
    expect(response.json().client_name).toMatch(/^A\[2JB.?C$/u);
    const blank = await register({ ...WEB, client_name: '   ' });
    expect(blank.json().client_name).toBe('c.test');
    const half = await send(
      `{"redirect_uris":["https://c.test/cb"],"client_name":"lone \\ud800 surrogate","software_id":"\\udfff"}`,
    );
    expect([201, 400]).toContain(half.status);
  });

  it('GET, PUT and DELETE are no registration', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const response = await request(method, `${server.base}/oauth2/register`, { json: WEB });
      expect([404, 405]).toContain(response.status);
      expect(response.json().error).toEqual(expect.any(String));
    }
  });
});

describe('a policy that is switched off', () => {
  it('missing_method_is_public and infer_native: the defaults are those of the standards', async () => {
    const strict = await withPolicies({ missing_method_is_public: false, infer_native: false });
    const [native, typed] = [
      { redirect_uris: ['http://127.0.0.1/cb'] },
      { redirect_uris: ['http://127.0.0.1/cb'], application_type: 'native' },
    ];
    const method = async (body: object, at: TestServer) => clientOf(await register(body, at)).authMethod;
    for (const body of [WEB, typed]) {
      expect(await method(body, server)).toBe('none');
      expect(await method(body, strict)).toBe('client_secret_basic');
    }
    expect(clientOf(await register(native)).registration).toMatchObject({ application_type: 'native' });
    expect(refusalOf(await register(native, strict))).toEqual([400, 'invalid_redirect_uri']);
  });

  it('private_schemes: an empty list refuses them all, an own list allows its own', async () => {
    const [none, own] = [
      await withPolicies({ private_schemes: [] }),
      await withPolicies({ private_schemes: ['myapp'] }),
    ];
    const status = async (uri: string, at: TestServer) =>
      (await register({ redirect_uris: [uri] }, at)).status;
    expect([await status('cursor://x/cb', none), await status('cursor://x/cb', own)]).toEqual([400, 400]);
    expect([await status('myapp://x/cb', none), await status('myapp://x/cb', own)]).toEqual([400, 201]);
    expect(await status('https://c.test/cb', none)).toBe(201);
  });

  it('legacy_aliases: the short paths are not there, in any case of letters', async () => {
    const strict = await withPolicies({ legacy_aliases: false });
    for (const path of ['/register', '/register/', '/REGISTER', '/Register']) {
      const response = await post(`${strict.base}${path}`, { json: WEB });
      expect([path, response.status]).toEqual([path, 404]);
    }
    for (const path of ['/token', '/Token'])
      expect((await post(`${strict.base}${path}`, { form: { grant_type: 'x' } })).status).toBe(404);
    for (const path of ['/authorize', '/AUTHORIZE'])
      expect((await get(`${strict.base}${path}`)).status).toBe(404);
    expect((await register(WEB, strict)).status).toBe(201);
  });
});

describe('registration that is closed', () => {
  it('is refused, not advertised, and operators still make clients', async () => {
    const closed = await startServer({ config: { limits: ROOMY, policies: { registration: 'closed' } } });
    for (const path of ['/oauth2/register', '/register'])
      expect(refusalOf(await post(`${closed.base}${path}`, { json: WEB }))).toEqual([403, 'access_denied']);
    const metadata = (await get(`${closed.base}/.well-known/oauth-authorization-server`)).json();
    expect(metadata).not.toHaveProperty('registration_endpoint');
    const made = await asOperator(closed, 'POST', '/clients', {
      json: { name: 'Made', redirect_uris: ['https://c.test/cb'], auth_method: 'none' },
    });
    expect(made.status).toBe(201);
  });
});

describe('too many registrations', () => {
  it('are refused for a while, whatever forwarding headers say, and then not', async () => {
    const tight = await startServer({
      config: { limits: { ...ROOMY, registration: { points: 3, seconds: 4 } } },
    });
    for (let index = 0; index < 3; index++) expect((await register(WEB, tight)).status).toBe(201);
    const refused = await register(WEB, tight);
    expect(refusalOf(refused)).toEqual([429, 'temporarily_unavailable']);
    const wait = Number(refused.headers['retry-after']);
    expect(wait).toBeGreaterThan(0);
    for (const headers of [
      { 'x-forwarded-for': '203.0.113.9' },
      { forwarded: 'for=203.0.113.9' },
      { 'x-real-ip': '203.0.113.9' },
    ]) {
      const response = await post(`${tight.base}/register`, { json: WEB, headers });
      expect(response.status).toBe(429);
    }
    await sleep(wait * 1_000 + 300);
    expect((await register(WEB, tight)).status).toBe(201);
  });
});
