import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  attemptAuthorize,
  authorize,
  registerClient,
  signIn,
  tokensOf,
  exchange,
  type TestClient,
} from '../support/actors.js';
import { textOf } from '../support/html.js';
import { HeldKey } from '../support/proofs.js';
import { CookieJar, get, request } from '../support/http.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  asOperator,
  authorizeQuery,
  claimsOf,
  connectIn,
  cookieLine,
  grantsOf,
  INSIDE,
  raw,
  rawGet,
  rawPost,
  ROOMY,
  sha256,
  signedIn,
  webClient,
  type RawAnswer,
} from './harness.js';

const REDIRECT = 'https://c.test/cb';

let server: TestServer;
let jar: CookieJar;
/** Answers at REDIRECT; the admin allowed it everything that these tests ask for, so that a code comes silently. */
let client: TestClient;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  jar = await signedIn(server);
  client = await registerClient(server, { redirect_uris: [REDIRECT] });
  await authorize(server, client, { jar, scope: 'openid mcp:tools:execute mcp:tools:read offline_access' });
});

type Over = Record<string, string | null>;

/** The request with `over` in place, in the browser that is signed in, with `tail` appended to the query as it is. */
const ask = (over: Over = {}, tail = '', asker = client): Promise<RawAnswer> =>
  rawGet(server, `/oauth2/authorize?${authorizeQuery(server, asker, over)}${tail}`, [
    cookieLine(server, jar),
  ]);

/** The same with the redirect URI written into the query exactly as given. */
const askAt = (redirectUri: string, asker = client): Promise<RawAnswer> =>
  ask({ redirect_uri: null }, `&redirect_uri=${redirectUri}`, asker);

const answerOf = (answer: RawAnswer): URLSearchParams =>
  new URL(answer.headers['location'] ?? '', 'http://none.invalid').searchParams;

function expectPage(answer: RawAnswer, status = 400): void {
  expect(answer.status).toBe(status);
  expect(answer.head.toLowerCase()).not.toMatch(/^(?:location|refresh):/m);
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.headers['x-frame-options']).toBe('DENY');
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  expect(answer.headers['referrer-policy']).toBe('no-referrer');
  expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(answer.body).not.toMatch(/http-equiv=.?refresh|<form|<script/i);
  expect(answer.body).not.toMatch(INSIDE);
}

function expectError(answer: RawAnswer, error: string, state = 's-1', at = REDIRECT): void {
  expect([answer.status, answerOf(answer).get('error')]).toEqual([303, error]);
  expect(answer.headers['location']!.startsWith(`${at}?`)).toBe(true);
  const parameters = answerOf(answer);
  expect(parameters.get('iss')).toBe(server.url);
  expect(parameters.get('state')).toBe(state);
  expect(parameters.get('code')).toBeNull();
  // RFC 6749 §4.1.2.1
  expect(parameters.get('error_description')).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
}

function expectCode(answer: RawAnswer, at = REDIRECT): string {
  expect([answer.status, answer.headers['location']?.split('?')[0]]).toEqual([303, at]);
  expect([...answerOf(answer).keys()].sort()).toEqual(['code', 'iss', 'state']);
  expect(answerOf(answer).get('iss')).toBe(server.url);
  return answerOf(answer).get('code')!;
}

const codes = async (): Promise<number> =>
  Number((await server.sql<{ n: string }>('SELECT count(*) AS n FROM authorization_codes'))[0]!.n);

describe('a right request', () => {
  it('is answered with a code, the state and the issuer, uncached and without a referrer', async () => {
    const answer = await ask();
    expectCode(answer);
    expect(answerOf(answer).get('state')).toBe('s-1');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
    expect(answer.head.toLowerCase()).not.toContain('access-control-allow-origin');
  });

  it('may come as a form post and by the alias of older clients', async () => {
    expectCode(
      await rawPost(server, '/oauth2/authorize', authorizeQuery(server, client), [cookieLine(server, jar)]),
    );
    expectCode(
      await rawGet(server, `/authorize?${authorizeQuery(server, client)}`, [cookieLine(server, jar)]),
    );
  });

  it('keeps the query of the redirect URI', async () => {
    const asker = await registerClient(server, { redirect_uris: ['https://c.test/cb?tenant=a%20b&x'] });
    await authorize(server, asker, { jar });
    const { headers } = await ask({}, '', asker);
    expect(headers['location']).toMatch(/^https:\/\/c\.test\/cb\?tenant=a%20b&x&code=gh_ac_/);
  });

  it('without a session leads to the sign-in page and from there to the end', async () => {
    const answer = await rawGet(server, `/oauth2/authorize?${authorizeQuery(server, client)}`);
    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toMatch(/^\/login\?return_to=%2Foauth2%2Fauthorize%3F/);
    const outcome = await authorize(server, client, {});
    expect(outcome.pages).toEqual(['/login']);
  });
});

describe('a redirect URI that is not exactly a registered one', () => {
  it('never gets an answer: the registered one does', async () => {
    expectCode(await askAt(REDIRECT));
    expectCode(await askAt(encodeURIComponent(REDIRECT)));
  });

  for (const uri of [
    'https://c.test/cb/',
    'https://c.test/cb2',
    'https://c.test/c',
    'https://c.test/cb/../x',
    'https://c.test/x/../cb',
    'https://c.test/cb/..;/x',
    'https://c.test/cb%2f..%2fx',
    'https://c.test/cb%252f',
    'https://c.test/%2563b',
    'https://c.test/CB',
    'https://C.TEST/cb',
    'HTTPS://c.test/cb',
    'https://c.test:443/cb',
    'https://c.test:8443/cb',
    'http://c.test/cb',
    'https://c.test/cb?x=1',
    'https://c.test/cb?',
    'https://c.test/cb%23',
    'https://c.test/cb%23f',
    'https://c.test/cb%00',
    'https://c.test/cb%20',
    '%20https://c.test/cb',
    'https://c.test/cb%0d%0aSet-Cookie:x=1',
    'https://c.test/cb%09',
    'https://sub.c.test/cb',
    'https://c.test.evil.test/cb',
    'https://c.test@evil.test/cb',
    'https://evil.test/c.test/cb',
    'https://evil.test/cb',
    'https://evil.test%2f@c.test/cb',
    'https:/c.test/cb',
    'https:c.test/cb',
    '//c.test/cb',
    '/cb',
    'cb',
    'javascript:alert(1)//https://c.test/cb',
    'data:text/html,x',
    'https://c.test\\cb',
    'https://c.te%E2%80%8Bst/cb',
    'https://%2563.test/cb',
    'https://c.test./cb',
  ]) {
    it(`gets a page: ${uri}`, async () => {
      const answer = await askAt(uri);
      expectPage(answer);
      expect(answer.body).not.toContain('evil.test');
    });
  }

  it('gets a page when it is missing, empty or repeated, also with one registered', async () => {
    const before = server.databaseUrl ? await codes() : 0;
    expectPage(await ask({ redirect_uri: null }));
    expectPage(await ask({ redirect_uri: '' }));
    expectPage(await ask({}, `&redirect_uri=${encodeURIComponent(REDIRECT)}`));
    expectPage(await ask({}, '&redirect_uri=https://evil.test/cb'));
    const two = await registerClient(server, { redirect_uris: [REDIRECT, 'https://c.test/two'] });
    expectPage(await ask({ redirect_uri: null }, '', two));
    expectPage(await ask({ redirect_uri: '' }, '', two));
    expectCode(await ask({}, '', client));
    if (server.databaseUrl) expect(await codes()).toBe(before + 1);
  });

  it('gets a page whatever else is wrong with the request', async () => {
    for (const over of [
      { response_type: 'token' },
      { prompt: 'none' },
      { scope: 'nonsense' },
      { code_challenge: null },
    ])
      expectPage(await ask({ ...over, redirect_uri: 'https://evil.test/cb' }));
  });

  it('does not show what was asked for', async () => {
    const answer = await ask({
      redirect_uri: 'https://evil.test/"><script>alert(1)</script>',
      state: '<b>state</b>',
    });
    expectPage(answer);
    expect(answer.body).not.toMatch(/alert\(1\)|<b>state|evil\.test/);
  });
});

describe('a loopback redirect URI', () => {
  let native: TestClient;
  beforeAll(async () => {
    native = await registerClient(server, {
      redirect_uris: ['http://127.0.0.1/cb', 'http://[::1]/cb', 'http://localhost:3000/q?a=1'],
    });
  });

  const shown = async (uri: string) => {
    const answer = await askAt(uri, native);
    return [uri, answer.status, (answer.headers['location'] ?? '').split('?')[0]];
  };

  it('may have any port', async () => {
    for (const uri of [
      'http://127.0.0.1/cb',
      'http://127.0.0.1:5123/cb',
      'http://127.0.0.1:65535/cb',
      'http://[::1]:5123/cb',
      'http://localhost:4000/q?a=1',
      'http://localhost/q?a=1',
    ])
      expect(await shown(encodeURIComponent(uri))).toEqual([encodeURIComponent(uri), 303, '/consent']);
    const { code, verifier } = await authorize(server, native, {
      jar,
      redirectUri: 'http://127.0.0.1:5123/cb',
    });
    expect(
      (await exchange(server, { ...native, redirectUri: 'http://127.0.0.1:5123/cb' }, code, verifier)).status,
    ).toBe(200);
  });

  it('may differ in nothing else', async () => {
    for (const uri of [
      'http://127.0.0.1:5123/other',
      'http://127.0.0.1:5123/cb/',
      'http://127.0.0.1:5123/cb?x=1',
      'http://127.0.0.1:5123/cb#f',
      'http://127.0.0.2:5123/cb',
      'http://127.1:5123/cb',
      'http://2130706433:5123/cb',
      'http://0x7f.1:5123/cb',
      'http://0.0.0.0:5123/cb',
      'http://localhost:5123/cb',
      'http://LOCALHOST:4000/q?a=1',
      'http://localhost.:4000/q?a=1',
      'http://localhost.evil.test:4000/q?a=1',
      'http://[0:0:0:0:0:0:0:1]:5123/cb',
      'http://[::ffff:127.0.0.1]:5123/cb',
      'https://127.0.0.1:5123/cb',
      'http://127.0.0.1:99999/cb',
      'http://127.0.0.1:0/cb',
      'http://127.0.0.1:/cb',
      'http://127.0.0.1:5123@evil.test/cb',
      'http://evil.test:5123@127.0.0.1/cb',
      'http://127.0.0.1:5123\\@evil.test/cb',
      'http://127.0.0.1:51 23/cb',
      'http://127.0.0.1:+5123/cb',
    ])
      expect(await shown(encodeURIComponent(uri))).toEqual([encodeURIComponent(uri), 400, '']);
  });

  it('has a fixed port like everything else when the policy is off', async () => {
    const strict = await startServer({
      config: { limits: ROOMY, policies: { clients: { loopback_any_port: false } } },
    });
    const asker = await registerClient(strict, { redirect_uris: ['http://127.0.0.1:7000/cb'] });
    const status = async (redirect_uri: string) =>
      (await rawGet(strict, `/oauth2/authorize?${authorizeQuery(strict, asker, { redirect_uri })}`)).status;
    expect(await status('http://127.0.0.1:7000/cb')).toBe(303);
    expect(await status('http://127.0.0.1:7001/cb')).toBe(400);
    expect(await status('http://127.0.0.1/cb')).toBe(400);
  });
});

describe('a client that is not known', () => {
  it('gets a page that tells the person what to do, and no redirect', async () => {
    for (const client_id of [
      'gh_c_nobody',
      'x'.repeat(10_000),
      'nul\0',
      `' OR '1'='1`,
      '../../etc/passwd',
      '<script>alert(1)</script>',
      client.clientId.toUpperCase(),
      ` ${client.clientId}`,
      'https://client.example/metadata',
    ]) {
      const answer = await ask({ client_id });
      expectPage(answer);
      expect(answer.body).not.toMatch(/alert\(1\)|OR '1'/);
    }
    for (const client_id of [null, '']) expectPage(await ask({ client_id }));
    expectPage(await ask({}, `&client_id=${client.clientId}`));
    const { body } = await ask({ client_id: 'gh_c_nobody' });
    expect(textOf(body)).toMatch(/remove/i);
    expect(textOf(body)).toMatch(/add/i);
  });

  it('is told the same as one that was suspended', async () => {
    const suspended = await registerClient(server, { redirect_uris: [REDIRECT] });
    expect((await ask({}, '', suspended)).status).toBe(303);
    expect((await asOperator(server, 'POST', `/clients/${suspended.clientId}/suspend`)).status).toBe(200);
    const words = ({ status, body }: RawAnswer) => [
      status,
      textOf(body).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…'),
    ];
    const refused = await ask({}, '', suspended);
    expectPage(refused);
    expect(words(refused)).toEqual(words(await ask({ client_id: 'gh_c_nobody' })));
  });

  it('that is not for people is refused at its redirect URI or not at all', async () => {
    const made = await asOperator(server, 'POST', '/clients', {
      json: {
        name: 'Machine',
        grant_types: ['client_credentials'],
        redirect_uris: [REDIRECT],
        auth_method: 'client_secret_basic',
      },
    });
    const machine = {
      ...client,
      clientId: made.json<{ client_id?: string; id?: string }>().client_id ?? made.json().id,
    };
    expectError(await ask({}, '', machine), 'unauthorized_client');
  });
});

describe('response_type and response_mode', () => {
  it('are code and query', async () => {
    expectCode(await ask({ response_mode: 'query' }));
    for (const response_type of [
      'token',
      'id_token',
      'code token',
      'code id_token',
      'none',
      'CODE',
      'code code',
      ' code',
    ])
      expectError(await ask({ response_type }), 'unsupported_response_type');
    for (const response_type of [null, '']) expectError(await ask({ response_type }), 'invalid_request');
    for (const response_mode of ['fragment', 'web_message', 'query.jwt', 'jwt', 'garbage', 'QUERY'])
      expectError(await ask({ response_mode }), 'invalid_request');
  });

  it('never put anything into the fragment', async () => {
    for (const over of [{ response_type: 'token' }, { response_mode: 'fragment' }])
      expect((await ask(over)).headers['location']).not.toMatch(/#|access_token|id_token=/);
  });
});

describe('PKCE', () => {
  it('is required with S256 and a well-formed challenge', async () => {
    const good = sha256('v');
    expectCode(await ask({ code_challenge: good }));
    for (const over of [
      { code_challenge: null, code_challenge_method: null },
      { code_challenge: null },
      { code_challenge: '' },
      { code_challenge_method: null },
      { code_challenge_method: '' },
      { code_challenge_method: 'plain' },
      { code_challenge_method: 'PLAIN' },
      { code_challenge_method: 's256' },
      { code_challenge_method: 'S512' },
      { code_challenge_method: 'S256 ' },
      { code_challenge: good.slice(1) },
      { code_challenge: `${good}a` },
      { code_challenge: `${good}=` },
      { code_challenge: `${good.slice(1)}+` },
      { code_challenge: `${good.slice(1)}/` },
      { code_challenge: `${good}\n` },
      { code_challenge: `${good.slice(1)}é` },
    ] satisfies Over[])
      expectError(await ask(over), 'invalid_request');
    expectError(await ask({}, `&code_challenge=${good}`), 'invalid_request');
    expectError(await ask({}, '&code_challenge_method=S256'), 'invalid_request');
  });

  it('is required of a confidential client too, and the error says what is missing', async () => {
    const confidential = await webClient(server, { token_endpoint_auth_method: 'client_secret_basic' });
    const answer = await ask({ code_challenge: null }, '', confidential);
    expectError(answer, 'invalid_request', 's-1', confidential.redirectUri);
    expect(answerOf(answer).get('error_description')).toContain('code_challenge');
  });
});

describe('scope', () => {
  const granted = async (scope: string | null): Promise<string> => {
    const outcome = await authorize(server, client, { jar, ...(scope !== null && { scope }) });
    return tokensOf(await exchange(server, client, outcome.code, outcome.verifier)).scope;
  };

  it('is granted as asked, once each; nothing asked means the default', async () => {
    expect(await granted('mcp:tools:read')).toBe('mcp:tools:read');
    expect(await granted('mcp:tools:read mcp:tools:read  openid')).toBe('mcp:tools:read openid');
    expect(await granted('')).toBe('mcp:tools:read');
    expect(await granted(null)).toBe('mcp:tools:read');
  });

  it('that is unknown, malformed or above the ceiling is refused', async () => {
    for (const scope of [
      'nonsense',
      'MCP:TOOLS:READ',
      'mcp:tools:read nonsense',
      'mcp:tools:read,openid',
      'mcp:tools:read\topenid',
      'mcp:tools:read"',
      'mcp:tools:read\\',
      'mcp:tools:réad',
      '__proto__',
      'constructor',
      'admin:users',
      'mcp:tools:read admin:audit:read',
      Array.from({ length: 101 }, (_, index) => `s${index}`).join(' '),
    ])
      expectError(await ask({ scope }), 'invalid_scope');
    expectError(await ask({ scope: 'mcp:tools:read' }, '&scope=openid'), 'invalid_request');
  });

  it('that is unknown is dropped when the policy says so', async () => {
    const lenient = await startServer({
      config: { limits: ROOMY, policies: { clients: { ignore_unknown_scopes: true } } },
    });
    const browser = await signedIn(lenient);
    const { tokens } = await connectIn(lenient, browser, { scope: 'mcp:tools:read nonsense' });
    expect(tokens.scope).toBe('mcp:tools:read');
    const none = await connectIn(lenient, browser, { scope: 'nonsense' });
    expect(none.tokens.scope).toBe('mcp:tools:read');
  });
});

describe('resource', () => {
  const audience = async (resource: string | string[] | null): Promise<unknown> => {
    const extra = { resource };
    const outcome = await authorize(server, client, { jar, resource: null, extra });
    return claimsOf(tokensOf(await exchange(server, client, outcome.code, outcome.verifier)).access_token)[
      'aud'
    ];
  };

  it('is the audience, in its one spelling; left out it is the MCP server', async () => {
    const mcp = `${server.url}/mcp`;
    expect(await audience(mcp)).toBe(mcp);
    expect(await audience(`${mcp}/`)).toBe(mcp);
    expect(await audience(mcp.replace('http://localhost', 'HTTP://LocalHost'))).toBe(mcp);
    expect(await audience([mcp, `${mcp}/`])).toBe(mcp);
    expect(await audience(null)).toBe(mcp);
    expect(await audience('')).toBe(mcp);
  });

  it('that is unknown, relative, with a fragment, or one of two is refused', async () => {
    for (const resource of [
      'https://other.example/mcp',
      `${server.url}/mcp#frag`,
      `${server.url}/mcp?x=1`,
      `${server.url}/mcp//`,
      `${server.url}/MCP`,
      `${server.url}/mcp2`,
      `${server.url}/mc`,
      server.url,
      `${server.url}/`,
      '/mcp',
      'mcp',
      `${server.url}/x/../mcp`,
      `${server.url}/%6dcp`,
      'https://' + 'x'.repeat(5_000),
    ])
      expectError(await ask({ resource }), 'invalid_target');
    expectError(await ask({}, `&resource=${encodeURIComponent(`${server.url}/admin`)}`), 'invalid_target');
  });

  it('tolerates neither slash nor absence when the policies are off', async () => {
    const strict = await startServer({
      config: { limits: ROOMY, policies: { clients: { resource_slash: false, default_resource: false } } },
    });
    const asker = await webClient(strict);
    const browser = await signedIn(strict);
    const error = async (resource: string | null) => {
      const answer = await rawGet(
        strict,
        `/oauth2/authorize?${authorizeQuery(strict, asker, { resource })}`,
        [cookieLine(strict, browser)],
      );
      return answer.headers['location']!.startsWith('/consent') ? undefined : answerOf(answer).get('error');
    };
    expect(await error(`${strict.url}/mcp`)).toBeUndefined();
    expect(await error(`${strict.url}/mcp/`)).toBe('invalid_target');
    expect(await error(strict.url.replace('localhost', 'LOCALHOST') + '/mcp')).toBe('invalid_target');
    expect(await error(null)).toBe('invalid_target');
  });
});

describe('prompt', () => {
  it('none is answered without any page', async () => {
    expectCode(await ask({ prompt: 'none' }));
    const nobody = await rawGet(
      server,
      `/oauth2/authorize?${authorizeQuery(server, client, { prompt: 'none' })}`,
    );
    expectError(nobody, 'login_required');
    const stranger = await registerClient(server, { redirect_uris: [REDIRECT] });
    expectError(await ask({ prompt: 'none' }, '', stranger), 'consent_required');
    expectError(
      await ask({ prompt: 'none', resource: `${server.url}/mcp`, scope: 'mcp:tools:read email' }),
      'consent_required',
    );
    const native = await registerClient(server, { redirect_uris: ['http://127.0.0.1/cb'] });
    await authorize(server, native, { jar });
    expectError(await ask({ prompt: 'none' }, '', native), 'consent_required', 's-1', 'http://127.0.0.1/cb');
  });

  it('none stands alone, and what is unknown is refused', async () => {
    for (const prompt of ['none login', 'consent none', 'garbage', 'LOGIN', 'create'])
      expectError(await ask({ prompt }), 'invalid_request');
    expectError(await ask({ prompt: 'none' }, '&prompt=login'), 'invalid_request');
  });

  it('consent asks once although it is remembered', async () => {
    expect((await authorize(server, client, { jar })).pages).toEqual([]);
    expect((await authorize(server, client, { jar, extra: { prompt: 'consent' } })).pages).toEqual([
      '/consent',
    ]);
  });

  it('login asks for the password again, once, and starts a new session', async () => {
    for (const [prompt, pages] of [
      ['login', ['/login']],
      ['select_account', ['/login']],
      ['login consent', ['/login', '/consent']],
    ] as const) {
      const browser = jar.copy();
      const before = browser.get('gatehouse_session');
      const outcome = await authorize(server, client, { jar: browser, extra: { prompt } });
      expect([prompt, outcome.pages]).toEqual([prompt, pages]);
      expect(browser.get('gatehouse_session')).not.toBe(before);
    }
    jar = await signedIn(server);
  });
});

describe('max_age', () => {
  it('lets a fresh session pass and has an older one sign in again, once', async () => {
    const browser = await signedIn(server);
    expect((await authorize(server, client, { jar: browser, extra: { max_age: '1000' } })).pages).toEqual([]);
    await sleep(1_100);
    const old = await authorize(server, client, { jar: browser, extra: { max_age: '1', scope: 'openid' } });
    expect(old.pages).toEqual(['/login']);
    const { id_token } = tokensOf(await exchange(server, client, old.code, old.verifier));
    expect(Math.abs(Number(claimsOf(id_token!)['auth_time']) - Date.now() / 1_000)).toBeLessThan(30);
    await sleep(1_100);
    expectError(
      await rawGet(
        server,
        `/oauth2/authorize?${authorizeQuery(server, client, { max_age: '1', prompt: 'none' })}`,
        [cookieLine(server, browser)],
      ),
      'login_required',
    );
  });

  it('of 0 asks for the password once and not for ever, with consent and without', async () => {
    expect(
      (await authorize(server, client, { jar: await signedIn(server), extra: { max_age: '0' } })).pages,
    ).toEqual(['/login']);
    const native = await registerClient(server);
    const outcome = await authorize(server, native, { jar: await signedIn(server), extra: { max_age: '0' } });
    expect(outcome.pages).toEqual(['/login', '/consent']);
  });

  it('that is no number of seconds is refused', async () => {
    for (const max_age of ['-1', '1.5', '1e3', 'abc', '0x10', '9'.repeat(400), ' 1', '١'])
      expectError(await ask({ max_age }), 'invalid_request');
  });
});

describe('state and nonce', () => {
  it('come back exactly as they were', async () => {
    for (const state of [
      'x',
      's'.repeat(512),
      's'.repeat(4_096),
      'a+b',
      'a b',
      'a%2Bb%20',
      '🎉 ünï',
      '"><script>',
      'a&b=c#d',
      '__proto__',
      ' lead',
    ]) {
      const answer = await ask({ state });
      expectCode(answer);
      expect(answerOf(answer).get('state')).toBe(state);
    }
    const plus = await ask({ state: null }, '&state=a+b%2Bc');
    expect(answerOf(plus).get('state')).toBe('a b+c');
    for (const state of [null, '']) {
      const none = await ask({ state });
      expect([none.status, answerOf(none).has('state')]).toEqual([303, false]);
    }
  });

  it('that are too long or have a NUL are refused and never cut', async () => {
    for (const over of [{ state: 's'.repeat(4_097) }, { state: 'a\0b' }]) {
      const answer = await ask(over);
      expect([answer.status, answerOf(answer).get('error')]).toEqual([303, 'invalid_request']);
      expect(answerOf(answer).has('state')).toBe(false);
    }
    expectError(await ask({ nonce: 'n'.repeat(4_097) }), 'invalid_request');
    expectError(await ask({ nonce: 'a\0b' }), 'invalid_request');
    for (const name of ['state', 'nonce']) {
      const form = authorizeQuery(server, client, { [name]: 'x'.repeat(65_536) });
      const answer = await rawPost(server, '/oauth2/authorize', form, [cookieLine(server, jar)]);
      expect([name, answer.status, answer.headers['location']]).toEqual([name, 413, undefined]);
    }
    for (const tail of ['&state=second', '&nonce=1&nonce=2'])
      expect(answerOf(await ask({}, tail)).get('error')).toBe('invalid_request');
  });

  it('of 4096 characters survive the sign-in and the consent page', async () => {
    const native = await registerClient(server);
    const state = 'é'.repeat(1_000);
    const outcome = await attemptAuthorize(server, native, { state });
    expect(outcome).toMatchObject({ state, pages: ['/login', '/consent'] });
    expect(outcome).toHaveProperty('code');
  });

  it('nonce is copied into the id_token unchanged', async () => {
    for (const nonce of ['n', 'n'.repeat(512), `${'n'.repeat(4_000)} +%2B🎉`, '']) {
      const outcome = await authorize(server, client, { jar, scope: 'openid', extra: { nonce } });
      const { id_token } = tokensOf(await exchange(server, client, outcome.code, outcome.verifier));
      expect(claimsOf(id_token!)['nonce']).toBe(nonce || undefined);
    }
  });
});

describe('a request that is too much', () => {
  const body = (over: Over, more: string) => `${authorizeQuery(server, client, over)}&${more}`;
  const many = (name: string, count: number) => Array.from({ length: count }, () => `${name}=x`).join('&');
  const distinct = (count: number) => Array.from({ length: count }, (_, index) => `p${index}=x`).join('&');

  it('is refused quickly, and the server goes on', async () => {
    const requests: [string, () => Promise<RawAnswer>][] = [
      ['a URL of 20 kB', () => ask({ state: 'x'.repeat(20_000) })],
      ['a URL of 1 MB', () => ask({ state: 'x'.repeat(1_000_000) })],
      ['1000 parameters', () => ask({}, `&${many('a', 1_000)}`)],
      [
        'a form of 100 kB',
        () => rawPost(server, '/oauth2/authorize', body({}, `state=${'x'.repeat(100_000)}`)),
      ],
      ['10 000 parameters', () => rawPost(server, '/oauth2/authorize', body({}, distinct(10_000)))],
      [
        'a scope of 30 000 names',
        () => rawPost(server, '/oauth2/authorize', body({ scope: 'a '.repeat(30_000) }, 'x=1')),
      ],
      [
        'a scope of one long name',
        () => rawPost(server, '/oauth2/authorize', body({ scope: 'a'.repeat(60_000) }, 'x=1')),
      ],
      ['900 resources', () => rawPost(server, '/oauth2/authorize', body({}, many('resource', 900)))],
      ['10 000 resources', () => rawPost(server, '/oauth2/authorize', body({}, many('resource', 10_000)))],
      [
        'claims of 60 kB',
        () => rawPost(server, '/oauth2/authorize', body({}, `claims=${'['.repeat(50_000)}`)),
      ],
      ...['acr_values', 'ui_locales', 'login_hint', 'prompt', 'max_age'].map(
        (name): [string, () => Promise<RawAnswer>] => [
          `60 kB of ${name}`,
          () => rawPost(server, '/oauth2/authorize', body({}, `${name}=${'a '.repeat(30_000)}`)),
        ],
      ),
      [
        'a scope of 100 000 names',
        () => rawPost(server, '/oauth2/authorize', body({ scope: 'a '.repeat(100_000) }, 'x=1')),
      ],
      [
        'slow patterns',
        () =>
          rawPost(
            server,
            '/oauth2/authorize',
            body({ redirect_uri: `http://127.0.0.1:${'1'.repeat(50_000)}!` }, 'x=1'),
          ),
      ],
      ['percent signs', () => rawGet(server, `/oauth2/authorize?${'%'.repeat(10_000)}`)],
      ['brackets', () => rawPost(server, '/oauth2/authorize', body({}, `a${'[]'.repeat(10_000)}=x`))],
    ];
    for (const [what, send] of requests) {
      const before = performance.now();
      const answer = await send();
      const seconds = (performance.now() - before) / 1_000;
      expect([what, answer.status >= 300 && answer.status < 500]).toEqual([what, true]);
      expect([what, seconds < 2]).toEqual([what, true]);
      expect(answerOf(answer).has('code')).toBe(false);
      expect(answer.body).not.toMatch(INSIDE);
    }
    expectCode(await ask());
  });
});

describe('parameters of other features and of nobody', () => {
  let canary: Server;
  const hits: string[] = [];
  beforeAll(async () => {
    canary = createServer((req, res) => {
      hits.push(req.url ?? '');
      res.end('{}');
    });
    await new Promise<void>((done) => canary.listen(0, '127.0.0.1', done));
  });
  afterAll(() => void canary.close());

  it('request and request_uri are refused, and nothing is fetched', async () => {
    const there = `http://127.0.0.1:${(canary.address() as AddressInfo).port}/request.jwt`;
    for (const request_uri of [there, 'http://169.254.169.254/', 'urn:ietf:params:oauth:request_uri:unknown'])
      expectError(await ask({ request_uri }), 'request_uri_not_supported');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(
      JSON.stringify({ client_id: client.clientId, redirect_uri: 'https://evil.test/cb' }),
    ).toString('base64url')}.`;
    expectError(await ask({ request: unsigned }), 'request_not_supported');
    expectPage(await ask({ request: unsigned, redirect_uri: null }));
    const other = await webClient(server);
    for (const claims of [
      { iss: other.clientId, aud: server.url, client_id: other.clientId },
      { iss: client.clientId, aud: server.url, client_id: client.clientId, redirect_uri: REDIRECT },
    ])
      expectError(
        await ask({ request: new HeldKey().sign({ alg: 'ES256' }, claims) }),
        'request_not_supported',
      );
    await sleep(200);
    expect(hits).toEqual([]);
  });

  it('are ignored when they are unknown, and never shown', async () => {
    const hostile = '"><script>alert(1)</script>';
    for (const name of [
      'login_hint',
      'display',
      'ui_locales',
      'acr_values',
      'claims',
      'error',
      'error_description',
      'error_uri',
      'code',
      'x',
    ]) {
      expectCode(await ask({ [name]: hostile }));
      const page = await get(
        `${server.base}/oauth2/authorize?${authorizeQuery(server, client, { [name]: hostile })}`,
      );
      const login = await get(new URL(page.headers.location!, server.base));
      expect(login.status).toBe(200);
      expect(login.text).not.toContain('<script>');
    }
    expectCode(await ask({ ui_locales: '../../../../etc/passwd', display: '<svg onload=alert(1)>' }));
    const error = await ask({
      client_id: 'nobody',
      error: hostile,
      error_description: hostile,
      lang: '../../etc/passwd',
    });
    expectPage(error);
    expect(error.body).not.toMatch(/alert|passwd/);
  });

  it('with names of object members change nothing', async () => {
    for (const name of [
      '__proto__',
      'constructor',
      'hasOwnProperty',
      'toString',
      'then',
      '__proto__[x]',
      'a[b]',
    ])
      expectCode(await ask({}, `&${encodeURIComponent(name)}=x`));
    expectCode(await ask());
  });
});

describe('other ways to send the request', () => {
  const query = () => authorizeQuery(server, client);

  it('HEAD issues nothing', async () => {
    const before = server.databaseUrl ? await codes() : 0;
    const answer = await raw(server, `HEAD /oauth2/authorize?${query()}`, [cookieLine(server, jar)]);
    expect([answer.status, answer.headers['allow'], answer.headers['location']]).toEqual([
      405,
      'GET, POST',
      undefined,
    ]);
    if (server.databaseUrl) expect(await codes()).toBe(before);
  });

  it('PUT, PATCH, DELETE and OPTIONS are not allowed', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const answer = await raw(server, `${method} /oauth2/authorize?${query()}`, [cookieLine(server, jar)]);
      expect([method, answer.status, answer.headers['allow'], answer.headers['location']]).toEqual([
        method,
        405,
        'GET, POST',
        undefined,
      ]);
    }
  });

  it('a POST with anything but a form is refused and never redirects', async () => {
    const parameters = Object.fromEntries(new URLSearchParams(query()));
    const cookies = jar;
    const url = `${server.base}/oauth2/authorize`;
    for (const sent of [
      await request('POST', url, { json: parameters, cookies }),
      await request('POST', url, { body: query(), headers: { 'content-type': 'text/plain' }, cookies }),
      await request('POST', url, { body: query(), cookies }),
      await request('POST', `${url}?${query()}`, { cookies }),
      await request('POST', url, { body: '{', headers: { 'content-type': 'application/json' }, cookies }),
    ]) {
      expect(sent.status).toBe(400);
      expect(sent.headers.location).toBeUndefined();
      expect(sent.headers['content-type']).toMatch(/^text\/html/);
    }
  });

  it('a POST reads its body and not its query', async () => {
    const answer = await rawPost(server, `/oauth2/authorize?${query()}`, 'state=x', [
      cookieLine(server, jar),
    ]);
    expectPage(answer);
  });

  it('CORS is answered to nobody', async () => {
    for (const origin of ['https://evil.test', 'null', server.url]) {
      const answer = await rawGet(server, `/oauth2/authorize?${query()}`, [
        cookieLine(server, jar),
        `Origin: ${origin}`,
      ]);
      expect(answer.head.toLowerCase()).not.toContain('access-control');
    }
  });

  it('the issuer is named on a refusal by the person too', async () => {
    const outcome = await attemptAuthorize(server, client, {
      jar,
      decision: 'deny',
      state: 'sté',
      extra: { prompt: 'consent' },
    });
    expect(outcome).toMatchObject({
      error: 'access_denied',
      state: 'sté',
      iss: server.url,
      pages: ['/consent'],
    });
  });

  it('opens no grant that anybody could see before the code is redeemed', async () => {
    const asker = await webClient(server);
    await authorize(server, asker, { jar });
    expect(await grantsOf(server, asker)).toEqual([]);
  });
});

describe('a session that is not good any more', () => {
  it('is asked to sign in', async () => {
    const browser = new CookieJar();
    await signIn(server, browser);
    browser.set('gatehouse_session', 'x'.repeat(43));
    const answer = await rawGet(server, `/oauth2/authorize?${authorizeQuery(server, client)}`, [
      cookieLine(server, browser),
    ]);
    expect(answer.headers['location']).toMatch(/^\/login/);
    for (const cookie of [
      'Cookie: gatehouse_session=',
      'Cookie: gatehouse_session=%00',
      `Cookie: gatehouse_session=${'x'.repeat(15_000)}`,
      'Cookie: ;;;===',
      'Cookie: gatehouse_session=a; gatehouse_session=b',
    ]) {
      const refused = await rawGet(server, `/oauth2/authorize?${authorizeQuery(server, client)}`, [cookie]);
      expect([cookie.slice(0, 40), refused.status, refused.headers['location']?.slice(0, 6)]).toEqual([
        cookie.slice(0, 40),
        303,
        '/login',
      ]);
    }
  });
});
