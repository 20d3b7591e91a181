import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  authorize,
  exchange,
  registerClient,
  submitForm,
  tokenRequest,
  tokensOf,
  type TestClient,
} from '../support/actors.js';
import { formsOf, textOf } from '../support/html.js';
import { CookieJar, get, post, request, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { HeldKey, nonceOf, tokenRequestWith } from '../support/proofs.js';
import { sleep } from '../support/server-process.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, startServer, type TestServer } from '../support/server.js';
import {
  asOperator,
  atOnce,
  authorizeQuery,
  claimsOf,
  freshCode,
  INSIDE,
  rawPost,
  refusalOf,
  ROOMY,
  sha256,
  signedIn,
  webClient,
} from './harness.js';

const VERIFIER = 'v'.repeat(43);
const REQUEST_URI = /^urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{43}$/;

type Over = Record<string, string | null>;

let server: TestServer;
let jar: CookieJar;
let client: TestClient;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  jar = await signedIn(server);
  client = await webClient(server);
  await authorize(server, client, { jar });
});

/** Pushes a request that is right but for `over`. */
const push = (over: Over = {}, asker = client, headers: Record<string, string> = {}, at = server) =>
  post(`${at.base}/oauth2/par`, { form: new URLSearchParams(authorizeQuery(at, asker, over)), headers });

async function pushed(over: Over = {}, asker = client, at = server): Promise<string> {
  const answer = await push(over, asker, {}, at);
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.json<{ request_uri: string }>().request_uri;
}

/** Brings a pushed request to the authorization endpoint. */
const bring = (requestUri: string, browser = jar, over: Over = {}, at = server): Promise<HttpResponse> => {
  const query = new URLSearchParams({ client_id: client.clientId, request_uri: requestUri });
  for (const [name, value] of Object.entries(over))
    if (value === null) query.delete(name);
    else query.set(name, value);
  return get(`${at.base}/oauth2/authorize?${query.toString()}`, { cookies: browser });
};

interface Journey {
  pages: string[];
  last: HttpResponse;
  answer: URLSearchParams;
}

/** Goes on from an answer, signing in and saying yes, until something else than a page of ours comes. */
async function walk(
  first: HttpResponse,
  browser: CookieJar,
  values: Record<string, string> = {},
): Promise<Journey> {
  const pages: string[] = [];
  let last = first;
  for (let step = 0; step < 12; step++) {
    const { location } = last;
    if (location) {
      if (location.origin !== new URL(server.url).origin) break;
      last = await get(location, { cookies: browser });
      continue;
    }
    const form = formsOf(last.text).find(({ action }) => /\/(?:login|consent)$/.test(action));
    if (!form || last.status !== 200) break;
    pages.push(new URL(last.url).pathname);
    const filled = form.inputs.some(({ name }) => name === 'password')
      ? { email: ADMIN_EMAIL, password: ADMIN_PASSWORD }
      : { decision: 'approve', ...values };
    last = await submitForm(server, last, form, { cookies: browser, values: filled });
  }
  return { pages, last, answer: last.location?.searchParams ?? new URLSearchParams() };
}

const through = async (over: Over = {}, browser = jar): Promise<Journey> =>
  walk(await bring(await pushed(over), browser), browser);

function expectRunOut(answer: HttpResponse): void {
  expect([answer.status, answer.location]).toEqual([400, undefined]);
  expect(textOf(answer.text)).toContain('This request has run out');
  expect(answer.text).not.toMatch(/<form|<script/);
  expect(answer.text).not.toMatch(INSIDE);
}

describe('a pushed request', () => {
  it('is answered with a reference that is good for a minute and a half', async () => {
    const answer = await push();
    expect(answer.status).toBe(201);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json()).toEqual({ request_uri: expect.stringMatching(REQUEST_URI), expires_in: 90 });
    expect((await push()).json().request_uri).not.toBe(answer.json().request_uri);
    const metadata = (await get(`${server.base}/.well-known/oauth-authorization-server`)).json();
    expect(metadata).toMatchObject({
      pushed_authorization_request_endpoint: `${server.url}/oauth2/par`,
      require_pushed_authorization_requests: false,
      request_uri_parameter_supported: false,
    });
  });

  it('leads through sign-in and consent to a code that works, with the state and the issuer', async () => {
    const asker = await webClient(server);
    const browser = new CookieJar();
    const scope = 'openid mcp:tools:read';
    const requestUri = await pushed({ scope, nonce: 'n-1', code_challenge: sha256(VERIFIER) }, asker);
    const { pages, answer } = await walk(
      await bring(requestUri, browser, { client_id: asker.clientId }),
      browser,
    );
    expect(pages).toEqual(['/login', '/consent']);
    expect(answer.get('state')).toBe('s-1');
    expect(answer.get('iss')).toBe(server.url);
    const tokens = tokensOf(await exchange(server, asker, answer.get('code')!, VERIFIER));
    expect(tokens.scope).toBe(scope);
    expect(claimsOf(tokens.id_token!)['nonce']).toBe('n-1');
  });

  it('is the whole request: nothing beside it in the query counts', async () => {
    const { answer } = await walk(
      await bring(await pushed({ scope: 'mcp:tools:read' }), jar, {
        redirect_uri: 'https://evil.test/cb',
        scope: 'mcp:tools:execute',
        state: 'another',
        response_type: 'token',
        prompt: 'none',
        code_challenge: 'x',
        resource: `${server.url}/admin`,
        response_mode: 'form_post',
        request: 'x',
      }),
      jar,
    );
    expect(answer.get('state')).toBe('s-1');
    const tokens = tokensOf(await exchange(server, client, answer.get('code')!, VERIFIER));
    expect(tokens.scope).toBe('mcp:tools:read');
  });

  it('may come as a form, and by the alias', async () => {
    const fields = { client_id: client.clientId, request_uri: await pushed() };
    const sent = await post(`${server.base}/oauth2/authorize`, { form: fields, cookies: jar });
    expect(sent.location!.href).toMatch(/\/consent\?|code=/);
    const alias = new URLSearchParams({ client_id: client.clientId, request_uri: await pushed() });
    const answer = await get(`${server.base}/authorize?${alias.toString()}`, { cookies: jar });
    expect(answer.status).toBe(303);
  });

  it('answers a refusal of the person at its redirect URI', async () => {
    const asker = await webClient(server);
    const requestUri = await pushed({}, asker);
    const first = await bring(requestUri, jar, { client_id: asker.clientId });
    const { answer } = await walk(first, jar, { decision: 'deny' });
    expect(Object.fromEntries(answer)).toMatchObject({
      error: 'access_denied',
      state: 's-1',
      iss: server.url,
    });
    expectRunOut(await bring(requestUri, jar, { client_id: asker.clientId }));
  });
});

describe('the reference', () => {
  it('is good for one answer: not after the code, and not for two yeses at once', async () => {
    const requestUri = await pushed();
    const { answer } = await walk(await bring(requestUri), jar);
    expect(answer.get('code')).not.toBeNull();
    expectRunOut(await bring(requestUri));

    for (let round = 0; round < (server.databaseUrl ? 20 : 3); round++) {
      const asker = await webClient(server);
      const again = await pushed({}, asker);
      const at = { client_id: asker.clientId };
      const page = await get((await bring(again, jar, at)).location!, { cookies: jar });
      const [form] = formsOf(page.text);
      const answers = await atOnce(8, () =>
        submitForm(server, page, form!, { cookies: jar.copy(), values: { decision: 'approve' } }),
      );
      const codes = answers.filter(({ location }) => location?.searchParams.has('code'));
      expect(codes).toHaveLength(1);
      for (const other of answers) if (!codes.includes(other)) expectRunOut(other);
      if (server.databaseUrl) {
        const grants = await server.sql('SELECT 1 FROM grants WHERE client_id = $1', [asker.clientId]);
        expect(grants).toHaveLength(1);
      }
    }
  });

  it('may be looked at again by the browser that brought it first, and by no other', async () => {
    const asker = await webClient(server);
    const requestUri = await pushed({}, asker);
    const at = { client_id: asker.clientId };
    expect((await bring(requestUri, jar, at)).location!.pathname).toBe('/consent');
    expect((await bring(requestUri, jar, at)).location!.pathname).toBe('/consent');
    expectRunOut(await bring(requestUri, await signedIn(server), at));
    expectRunOut(await bring(requestUri, new CookieJar(), at));
    const consent = (await bring(requestUri, jar, at)).location!;
    expectRunOut(await get(consent, { cookies: await signedIn(server) }));
    expect((await walk(await bring(requestUri, jar, at), jar)).answer.get('code')).not.toBeNull();
  });

  it('of two browsers at once goes with one', async () => {
    const requestUri = await pushed();
    const browsers = await atOnce(6, () => Promise.resolve(new CookieJar()));
    const answers = await Promise.all(browsers.map((browser) => bring(requestUri, browser)));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
  });

  it('is for the client that pushed it, whoever else knows it', async () => {
    const other = await webClient(server);
    const requestUri = await pushed();
    expectRunOut(await bring(requestUri, jar, { client_id: other.clientId }));
    expect((await bring(requestUri, jar, { client_id: null })).status).toBe(400);
    expect((await bring(requestUri)).status).toBe(303);
  });

  it('runs out when no browser brings it, but gives the person time once one has', async () => {
    const quick = await startServer({ config: { limits: ROOMY, lifetimes: { pushedRequest: '1s' } } });
    const browser = await signedIn(quick);
    const asker = await webClient(quick);
    const at = { client_id: asker.clientId };
    const late = await pushed({}, asker, quick);
    const early = await pushed({}, asker, quick);
    const first = await bring(early, browser, at, quick);
    expect(first.location!.pathname).toBe('/consent');
    await sleep(1_300);
    expectRunOut(await bring(late, browser, at, quick));
    const page = await get(first.location!, { cookies: browser });
    expect(page.status).toBe(200);
    const [form] = formsOf(page.text);
    const answer = await submitForm(quick, page, form!, {
      cookies: browser,
      values: { decision: 'approve' },
    });
    expect(answer.location!.searchParams.has('code')).toBe(true);
  });

  it('that nobody gave out is good for nothing', async () => {
    const invented = `urn:ietf:params:oauth:request_uri:${'A'.repeat(43)}`;
    expectRunOut(await bring(invented));
    for (const wrong of [invented.toUpperCase(), `${invented}A`, 'https://client.example/request.jwt', 'x'])
      expect((await bring(wrong)).status).toBe(400);
  });

  it('of a client that was suspended meanwhile is good for nothing', async () => {
    const asker = await webClient(server);
    const requestUri = await pushed({}, asker);
    await asOperator(server, 'POST', `/clients/${asker.clientId}/suspend`);
    expect((await bring(requestUri, jar, { client_id: asker.clientId })).status).toBe(400);
  });
});

describe('what a pushed request asks of the sign-in', () => {
  it('is obeyed once: a fresh sign-in, however it is asked for', async () => {
    await through();
    for (const [over, pages] of [
      [{ prompt: 'login' }, ['/login']],
      [{ max_age: '0' }, ['/login']],
      [{ prompt: 'select_account' }, ['/login']],
      [{ prompt: 'login consent' }, ['/login', '/consent']],
    ] as const) {
      const browser = await signedIn(server);
      const journey = await through(over, browser);
      expect([over, journey.pages]).toEqual([over, pages]);
      expect(journey.answer.get('code')).not.toBeNull();
    }
  });

  it('cannot be taken back by what is in the address', async () => {
    const requestUri = await pushed({ prompt: 'login' });
    for (const over of [{ prompt: 'consent' }, { account_chosen: 'true' }, { max_age: '99999' }] as Over[])
      expect((await bring(requestUri, jar, over)).location!.pathname).toBe('/login');
  });

  it('lets the person go on as who they are when they may choose', async () => {
    const first = await bring(await pushed({ prompt: 'select_account' }));
    const page = await get(first.location!, { cookies: jar });
    const [, href = ''] = /<a class="button primary wide" href="([^"]*)"/.exec(page.text) ?? [];
    const next = await get(new URL(href.replaceAll('&amp;', '&'), server.base), { cookies: jar });
    expect(next.location!.searchParams.has('code')).toBe(true);
  });

  it('is told to the client when no page may be shown', async () => {
    const requestUri = await pushed({ prompt: 'none' });
    const answer = await bring(requestUri, new CookieJar());
    expect(answer.location!.searchParams.get('error')).toBe('login_required');
    expect(answer.location!.searchParams.get('iss')).toBe(server.url);
  });
});

describe('a request that is wrong', () => {
  const refusals: [string, Over | string, string][] = [
    ['no client', { client_id: null }, 'invalid_client'],
    ['no redirect URI', { redirect_uri: null }, 'invalid_request'],
    ['a foreign redirect URI', { redirect_uri: 'https://evil.test/cb' }, 'invalid_request'],
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['no response type', { response_type: null }, 'invalid_request'],
    ['another response mode', { response_mode: 'fragment' }, 'invalid_request'],
    ['no challenge', { code_challenge: null }, 'invalid_request'],
    ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['an unknown scope', { scope: 'nonsense' }, 'invalid_scope'],
    ['a scope above the ceiling', { scope: 'admin:users' }, 'invalid_scope'],
    ['an unknown resource', { resource: 'https://other.example/mcp' }, 'invalid_target'],
    ['contradicting prompts', { prompt: 'none login' }, 'invalid_request'],
    ['a max_age that is none', { max_age: '-1' }, 'invalid_request'],
    ['a state that is too long', { state: 's'.repeat(4_097) }, 'invalid_request'],
    ['a NUL', { nonce: 'a\0b' }, 'invalid_request'],
    ['a request object', { request: 'a.b.c' }, 'request_not_supported'],
    [
      'a reference',
      { request_uri: `urn:ietf:params:oauth:request_uri:${'A'.repeat(43)}` },
      'invalid_request',
    ],
    ['a foreign reference', { request_uri: 'http://169.254.169.254/' }, 'invalid_request'],
    ['a malformed thumbprint', { dpop_jkt: 'short' }, 'invalid_request'],
    ['somebody else’s id_token', { id_token_hint: 'a.b.c' }, 'invalid_request'],
  ];
  for (const [what, over, error] of refusals) {
    it(`with ${what} is refused at once, as JSON`, async () => {
      const answer = await push(over as Over);
      expect(refusalOf(answer)).toEqual([error === 'invalid_client' ? 401 : 400, error]);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers.location).toBeUndefined();
      expect(answer.json()).not.toHaveProperty('request_uri');
      expect(answer.text).not.toMatch(INSIDE);
    });
  }

  it('with a parameter twice is refused, but for resource', async () => {
    const query = authorizeQuery(server, client);
    for (const tail of ['&scope=a&scope=b', '&state=2', '&client_id=x', '&redirect_uri=https://evil.test/cb'])
      expect((await rawPost(server, '/oauth2/par', query + tail)).status).toBe(400);
    const twice = `${query}&resource=${encodeURIComponent(`${server.url}/mcp/`)}`;
    expect((await rawPost(server, '/oauth2/par', twice)).status).toBe(201);
  });

  it('that is no form, too large or no POST is refused', async () => {
    const url = `${server.base}/oauth2/par`;
    const query = authorizeQuery(server, client);
    expect((await post(url, { json: Object.fromEntries(new URLSearchParams(query)) })).status).toBe(400);
    expect((await post(`${url}?${query}`)).status).toBe(400);
    expect((await rawPost(server, '/oauth2/par', `${query}&x=${'x'.repeat(70_000)}`)).status).toBe(413);
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
      const answer = await request(method, `${url}?${query}`);
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'POST']);
    }
  });
});

describe('the client', () => {
  it('proves who it is as at the token endpoint', async () => {
    const secret = await webClient(server, { token_endpoint_auth_method: 'client_secret_basic' });
    expect(refusalOf(await push({}, secret))).toEqual([401, 'invalid_client']);
    const basic = (password: string) => ({
      authorization: `Basic ${Buffer.from(`${secret.clientId}:${password}`).toString('base64')}`,
    });
    expect(refusalOf(await push({}, secret, basic('wrong')))).toEqual([401, 'invalid_client']);
    expect(refusalOf(await push({ client_secret: 'wrong' }, secret))).toEqual([401, 'invalid_client']);
    expect((await push({ client_id: null }, secret, basic(secret.clientSecret!))).status).toBe(201);
    expect((await push({ client_secret: secret.clientSecret! }, secret)).status).toBe(201);
    expect(refusalOf(await push({ client_secret: 'x' }, client))).toEqual([401, 'invalid_client']);
  });

  it('that fails too often waits, here and at the token endpoint alike', async () => {
    const strict = await startServer({
      config: {
        limits: { ...ROOMY, token: { ...ROOMY.token, failed: { points: 3, seconds: 60, blockSeconds: 60 } } },
      },
    });
    const [asker, other] = [await webClient(strict), await webClient(strict)];
    for (let tries = 0; tries < 3; tries++)
      expect((await push({ scope: 'nonsense' }, asker, {}, strict)).status).toBe(400);
    const waiting = await push({}, asker, {}, strict);
    expect([waiting.status, Number(waiting.headers['retry-after']) > 0]).toEqual([429, true]);
    expect(
      (await tokenRequest(strict, asker, { grant_type: 'refresh_token', refresh_token: 'x' })).status,
    ).toBe(429);
    expect((await push({}, other, {}, strict)).status).toBe(201);
  });

  it('may be a script of a web page', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    const answer = await request('OPTIONS', `${server.base}/oauth2/par`, { headers });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([204, '*']);
  });
});

describe('where requests must be pushed', () => {
  const plain = async (at: TestServer, asker: TestClient, browser: CookieJar) =>
    get(`${at.base}/oauth2/authorize?${authorizeQuery(at, asker)}`, { cookies: browser });

  it('by one client, a plain one is refused', async () => {
    const strict = await webClient(server, { require_pushed_authorization_requests: true });
    const refused = await plain(server, strict, jar);
    expect(refused.location!.searchParams.get('error')).toBe('invalid_request');
    expect(refused.location!.searchParams.get('error_description')).toContain('pushed');
    const consent = await get(`${server.base}/consent?${authorizeQuery(server, strict)}`, { cookies: jar });
    expect(consent.location!.searchParams.get('error')).toBe('invalid_request');
    const at = { client_id: strict.clientId };
    const { answer } = await walk(await bring(await pushed({}, strict), jar, at), jar);
    expect(answer.get('code')).not.toBeNull();
    expect((await plain(server, client, jar)).location!.searchParams.get('error')).toBeNull();
  });

  it('by all, discovery says so', async () => {
    const strict = await startServer({
      config: { limits: ROOMY, policies: { requirePushedRequests: true } },
    });
    const browser = await signedIn(strict);
    const asker = await registerClient(strict);
    const metadata = (await get(`${strict.base}/.well-known/openid-configuration`)).json();
    expect(metadata.require_pushed_authorization_requests).toBe(true);
    expect((await plain(strict, asker, browser)).location!.searchParams.get('error')).toBe('invalid_request');
    const at = { client_id: asker.clientId };
    const first = await bring(await pushed({}, asker, strict), browser, at, strict);
    expect(first.location!.pathname).toBe('/consent');
  });
});

describe('a key that is named when the request is pushed', () => {
  const key = new HeldKey();
  const other = new HeldKey();
  const parUrl = () => `${server.url}/oauth2/par`;
  const redeem = (code: string, holder?: HeldKey): Promise<HttpResponse> => {
    const form = {
      grant_type: 'authorization_code',
      code,
      code_verifier: VERIFIER,
      redirect_uri: client.redirectUri,
    };
    return holder
      ? tokenRequestWith(server, { client, key: holder }, form)
      : tokenRequest(server, client, form);
  };
  const codeOf = async (requestUri: string): Promise<string> =>
    (await walk(await bring(requestUri), jar)).answer.get('code')!;

  it('by its thumbprint is the only one that redeems the code', async () => {
    const code = await codeOf(await pushed({ dpop_jkt: key.jkt }));
    expect((await redeem(code)).status).toBe(400);
    expect((await redeem(code, other)).status).toBe(400);
    const tokens = tokensOf(await redeem(code, key));
    expect([tokens.token_type, claimsOf(tokens.access_token)['cnf']]).toEqual(['DPoP', { jkt: key.jkt }]);
  });

  it('by a proof is the only one too', async () => {
    const proof = async () => ({ dpop: key.proof({ url: parUrl(), nonce: await nonceOf(server) }) });
    const answer = await push({}, client, await proof());
    expect(answer.status).toBe(201);
    const code = await codeOf(answer.json().request_uri);
    expect((await redeem(code, other)).status).toBe(400);
    expect((await redeem(code, key)).status).toBe(200);
    expect((await push({ dpop_jkt: key.jkt }, client, await proof())).status).toBe(201);
    expect(refusalOf(await push({ dpop_jkt: other.jkt }, client, await proof()))).toEqual([
      400,
      'invalid_dpop_proof',
    ]);
    const used = await proof();
    expect((await push({}, client, used)).status).toBe(201);
    expect(refusalOf(await push({}, client, used))).toEqual([400, 'invalid_dpop_proof']);
    const elsewhere = {
      dpop: key.proof({ url: `${server.url}/oauth2/token`, nonce: await nonceOf(server) }),
    };
    expect(refusalOf(await push({}, client, elsewhere))).toEqual([400, 'invalid_dpop_proof']);
  });

  it('in a plain request counts as well', async () => {
    const { code, verifier } = await freshCode(server, client, { jar, extra: { dpop_jkt: key.jkt } });
    const refused = await exchange(server, client, code, verifier);
    expect(refused.status).toBe(400);
  });
});

describeOnPostgres('the table of pushed requests', () => {
  it('has neither the reference nor what proved the client nor an id_token', async () => {
    const secret = await webClient(server, { token_endpoint_auth_method: 'client_secret_post' });
    const { code, verifier } = await freshCode(server, secret, { jar, scope: 'openid' });
    const { id_token } = tokensOf(await exchange(server, secret, code, verifier));
    const answer = await push({ client_secret: secret.clientSecret!, id_token_hint: id_token! }, secret);
    const requestUri = answer.json<{ request_uri: string }>().request_uri;
    const rows = await server.sql<{ params: object; digest: Buffer }>('SELECT * FROM pushed_requests');
    expect(rows.length).toBeGreaterThan(0);
    const written = JSON.stringify(rows.map((row) => ({ ...row, digest: row.digest.toString('latin1') })));
    expect(written).toContain('code_challenge');
    for (const canary of [requestUri, requestUri.slice(-43), secret.clientSecret!, id_token!.split('.')[1]!])
      expect(written).not.toContain(canary);
    // The hint is obeyed all the same.
    const first = await bring(requestUri, jar, { client_id: secret.clientId });
    expect(first.location!.pathname).not.toBe('/login');
  });

  it('forgets what has run out', async () => {
    await pushed();
    await server.sql(`UPDATE pushed_requests SET expires_at = now() - interval '1 second'`);
    // The sweep runs once a minute.
    const left = async () => (await server.sql('SELECT 1 FROM pushed_requests')).length;
    for (let seconds = 0; seconds < 70 && (await left()) > 0; seconds++) await sleep(1_000);
    expect(await left()).toBe(0);
  }, 90_000);
});
