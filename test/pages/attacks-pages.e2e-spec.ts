import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '../support/actors.js';
import { formOf, withoutOurScript } from '../support/html.js';
import { CookieJar, get, request, type HttpResponse, type RequestOptions } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  asOperator,
  authorizeQuery,
  INSIDE,
  raw,
  rawGet,
  ROOMY,
  signedIn,
  webClient,
} from '../oauth/harness.js';
import { SecondPeople } from '../oauth/second-person.js';

const MARKUP = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`;

let server: TestServer;
let jar: CookieJar;
const people = new SecondPeople();

beforeAll(async () => {
  server = await startServer({
    config: { limits: { ...ROOMY, formBody: 4_096 }, identityProviders: await people.start() },
  });
  jar = await signedIn(server);
});
afterAll(() => people.stop());

/** Every address that answers with a page, for whoever opens it. */
const PAGES = [
  '/',
  '/login',
  '/consent',
  '/device',
  '/account',
  '/oauth2/authorize',
  '/authorize',
  '/oauth2/logout',
  '/sso/other/callback',
  '/sso/nobody',
  '/sso/nobody/callback',
  '/nothing',
  '/login/nothing',
];

function expectGuarded(what: string, { headers, text }: HttpResponse): void {
  const policy = String(headers['content-security-policy']);
  expect([what, policy]).toEqual([what, expect.stringContaining("frame-ancestors 'none'")]);
  expect([what, policy]).toEqual([what, expect.stringContaining("default-src 'none'")]);
  // Passkeys need a script, and it is a file of ours.
  expect([what, /unsafe-|script-src (?!'self';)/.test(policy)]).toEqual([what, false]);
  expect([what, headers]).toEqual([
    what,
    expect.objectContaining({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    }),
  ]);
  expect([what, headers['access-control-allow-origin']]).toEqual([what, undefined]);
  expect([what, INSIDE.exec(text)?.[0]]).toEqual([what, undefined]);
}

/** A page, not to be kept, in an encoding that is named. */
function expectPage(what: string, answer: HttpResponse): void {
  expectGuarded(what, answer);
  expect([what, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
    what,
    'text/html; charset=utf-8',
    'no-store',
  ]);
}

describe('What a page says', () => {
  const NAMES = [
    'error',
    'error_description',
    'error_hint',
    'error_uri',
    'state',
    'client_id',
    'redirect_uri',
    'post_logout_redirect_uri',
    'id_token_hint',
    'login_hint',
    'ui_locales',
    'display',
    'user_code',
    'return_to',
    'problem',
    'done',
    'app',
    'provider',
    'RelayState',
    'SAMLResponse',
    'code',
    'iss',
    'lang',
  ];

  it.each(PAGES)('is never what its address says, as anybody: %s', async (path) => {
    for (const value of [MARKUP, 'javascript:alert(1)//', '../../../../etc/passwd'])
      for (const cookies of [new CookieJar(), jar]) {
        const query = new URLSearchParams(NAMES.map((name): [string, string] => [name, value]));
        const options = { cookies: cookies.copy(), headers: { 'accept-language': MARKUP } };
        const answer = await get(`${server.base}${path}?${query.toString()}`, options);
        expectGuarded(path, answer);
        expect([path, /<script>alert|<img src=x|root:|"javascript:/.exec(answer.text)?.[0]]).toEqual([
          path,
          undefined,
        ]);
        expect([path, answer.location?.origin ?? server.url]).toEqual([path, server.url]);
        // Nobody looks at what comes with a redirect.
        if (!answer.location) expectPage(path, answer);
        for (const name of ['error_description', 'error_hint', 'error', 'RelayState']) {
          const said = await get(`${server.base}${path}?${name}=words-of-somebody-else`, options);
          const words = said.location ? '' : said.text;
          expect([path, name, words.includes('words-of-somebody-else')]).toEqual([path, name, false]);
        }
      }
  });

  it('is never what is in its path or a header', async () => {
    for (const target of [
      '/<script>alert(1)</script>',
      '/%3Cscript%3Ealert(1)%3C/script%3E',
      '/sso/%3Cscript%3Ealert(1)%3C%2Fscript%3E',
      '/sso/%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E/callback',
      '/account/%3Cscript%3Ealert(1)%3C%2Fscript%3E',
      '/login/..%2f%3Cscript%3Ealert(1)%3C%2Fscript%3E',
    ])
      for (const lines of [
        [],
        [`Accept-Language: ${MARKUP}`, `User-Agent: ${MARKUP}`, `Referer: https://x/${MARKUP}`],
        [`X-Forwarded-Host: ${MARKUP}`, `Origin: ${MARKUP}`, `Cookie: gatehouse_session=${MARKUP}`],
      ]) {
        const answer = await rawGet(server, target, lines);
        expect([target, answer.status >= 400 && answer.status < 500]).toEqual([target, true]);
        expect([target, answer.body.includes('alert(1)')]).toEqual([target, false]);
      }
  });
});

describe('A page', () => {
  const shown: Record<string, (browser: CookieJar) => Promise<HttpResponse>> = {
    'the start': (browser) => get(`${server.base}/`, { cookies: browser }),
    'the sign-in': (browser) => get(`${server.base}/login`, { cookies: browser }),
    'the account': (browser) => get(`${server.base}/account`, { cookies: browser }),
    'the device page': (browser) => get(`${server.base}/device`, { cookies: browser }),
    'the sign-out': (browser) => get(`${server.base}/oauth2/logout`, { cookies: browser }),
    consent: async (browser) => {
      const query = authorizeQuery(server, await webClient(server));
      return get(`${server.base}/consent?${query}`, { cookies: browser });
    },
  };
  it.each(Object.keys(shown))('cannot be framed, kept or found out by a referrer: %s', async (name) => {
    const answer = await shown[name]!(jar.copy());
    expect([name, answer.status]).toEqual([name, 200]);
    const { headers, text } = answer;
    expect(headers['cache-control']).toBe('no-store');
    expectPage(name, answer);
    // Nothing of it is fetched from anybody else.
    for (const [, address = ''] of text.matchAll(/(?:src|<link[^>]*href|url)\s*[=(]\s*"?([^")>\s]+)/g))
      expect([name, address, /^(?:\/(?!\/)|data:image)/.test(address)]).toEqual([name, address, true]);
  });

  it('that refuses is no less guarded, whatever it refuses for', async () => {
    const form = formOf((await get(`${server.base}/login`, { cookies: jar })).text, '/login').hidden;
    const own = { origin: server.url };
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const refusals: [number, string, string, RequestOptions][] = [
      [400, 'GET', '/consent', {}],
      [400, 'GET', '/oauth2/authorize', {}],
      [400, 'POST', '/login', { body: 'a', headers: { ...own, 'content-type': 'text/plain' } }],
      [400, 'POST', '/login', { body: '{', headers: { ...own, 'content-type': 'application/json' } }],
      [401, 'POST', '/login', { form: { ...form, email: 'a@b.c', password: 'x' }, headers: own }],
      [403, 'POST', '/login', { form: { email: 'a@b.c', password: 'x' }, headers: own }],
      [403, 'POST', '/consent', { form: { request: 'x', decision: 'approve' }, headers: own }],
      [403, 'POST', '/account/end-all', { form: {}, headers: own }],
      [403, 'POST', '/device', { form: { user_code: 'x' }, headers: own }],
      [403, 'POST', '/oauth2/logout', { form: { csrf: 'x' }, headers: own }],
      [404, 'GET', '/nothing', {}],
      [404, 'GET', '/sso/nobody', {}],
      [405, 'DELETE', '/oauth2/authorize', {}],
      [413, 'POST', '/login', { body: 'x'.repeat(5_000), headers: { ...own, ...type } }],
      [415, 'POST', '/login', { body: 'x', headers: { ...own, ...type, 'content-encoding': 'gzip' } }],
    ];
    for (const [status, method, path, options] of refusals) {
      const answer = await request(method, server.base + path, { cookies: jar.copy(), ...options });
      const what = `${method} ${path} ${status}`;
      expect([what, answer.status]).toEqual([what, status]);
      expectPage(what, answer);
    }
    // What cannot be read at all is answered by Node itself, without a page.
    const broken = await raw(server, 'GET /login', ['Broken line']);
    expect([broken.status, broken.body]).toEqual([400, '']);
  });

  it('is not made of anything that people or programs are called', async () => {
    const client = await webClient(server, {
      client_name: MARKUP,
      client_uri: 'https://app.example/?"><script>alert(1)</script>',
      tos_uri: 'https://app.example/tos?"><script>alert(1)</script>',
      policy_uri: 'https://app.example/policy',
      logo_uri: 'https://app.example/logo.svg',
    });
    const mallory = await people.signIn(server, 'mallory', new CookieJar(), {
      name: MARKUP,
      picture: 'data:image/svg+xml,<svg onload=alert(1)>',
    });
    const consent = await get(`${server.base}/consent?${authorizeQuery(server, client)}`, {
      cookies: mallory,
    });
    expect(consent.status).toBe(200);
    await connect(server, { client, jar: mallory });
    const query = authorizeQuery(server, client, { prompt: 'select_account' });
    const asked = await get(`${server.base}/oauth2/authorize?${query}`, { cookies: mallory });
    const chooser = await get(new URL(asked.location!, server.base), { cookies: mallory });
    const account = await get(`${server.base}/account`, { cookies: mallory });
    const logout = await get(`${server.base}/oauth2/logout`, { cookies: mallory });
    const start = await get(`${server.base}/`, { cookies: mallory });
    for (const answer of [consent, chooser, account, logout, start]) {
      expect([answer.url, answer.status]).toEqual([answer.url, 200]);
      const shown = withoutOurScript(answer.text);
      expect([answer.url, /<script|<img|logo\.svg/.exec(shown)?.[0]]).toEqual([answer.url, undefined]);
    }
    // Operators read the same as data that no browser takes for a page.
    for (const path of ['/clients?limit=200', '/users?limit=200', '/audit/events?limit=100']) {
      const listed = await asOperator(server, 'GET', path);
      expect([path, listed.status]).toEqual([path, 200]);
      expect([path, listed.text.includes('onerror=alert(1)')]).toEqual([path, true]);
      expectGuarded(path, listed);
      expect(listed.headers['content-type']).toMatch(/^application\/(?:problem\+)?json/);
    }
  });
});
