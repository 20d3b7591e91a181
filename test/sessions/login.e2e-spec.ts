import { beforeAll, describe, expect, it } from '@jest/globals';
import { attemptSignIn, authorize, connect, refresh, signIn } from '../support/actors.js';
import { formOf, textOf } from '../support/html.js';
import {
  CookieJar,
  get,
  post,
  rawRequest,
  request,
  type HttpResponse,
  type RequestOptions,
} from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { sleep } from '../support/server-process.js';
import {
  ADMIN_EMAIL,
  ADMIN_PASSWORD,
  OPS_CLIENT_ID,
  OPS_CLIENT_SECRET,
  startServer,
  type TestServer,
} from '../support/server.js';
import {
  asOperator,
  authorizeQuery,
  claimsOf,
  connectIn,
  events,
  INSIDE,
  mcpStatus,
  ROOMY,
  signedIn,
  webClient,
} from '../oauth/harness.js';

const SESSION = 'gatehouse_session';
const BROWSER = 'gatehouse_browser';

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
});

/** The fields of the form at /login, as this browser gets them. */
async function formAt(jar: CookieJar, query = '', at = server): Promise<Record<string, string>> {
  const page = await get(`${at.base}/login${query}`, { cookies: jar });
  return formOf(page.text, '/login').hidden;
}

const right = { email: ADMIN_EMAIL, password: ADMIN_PASSWORD };

const submit = (
  jar: CookieJar,
  form: Record<string, string | string[]>,
  options: RequestOptions = {},
  at = server,
) =>
  post(`${at.base}/login`, {
    cookies: jar,
    form,
    ...options,
    headers: { origin: at.url, ...options.headers },
  });

/** Whether this browser is let in. */
const isIn = async (jar: CookieJar, at = server): Promise<boolean> =>
  (await get(`${at.base}/account`, { cookies: jar.copy() })).status === 200;

function expectPersonal(response: HttpResponse): void {
  expect(response.headers).toMatchObject({
    'cache-control': 'no-store',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'content-type': 'text/html; charset=utf-8',
  });
  expect(response.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(response.headers['content-security-policy']).not.toMatch(/unsafe/);
  expect(response.headers['access-control-allow-origin']).toBeUndefined();
  expect(response.text).not.toMatch(INSIDE);
}

describe('signing in', () => {
  it('with the right password lets the browser in and is recorded', async () => {
    const jar = new CookieJar();
    expect(await isIn(jar)).toBe(false);
    const answer = await submit(jar, { ...(await formAt(jar)), ...right });
    expect([answer.status, answer.headers.location]).toEqual([303, '/account']);
    expect(await isIn(jar)).toBe(true);
    const [event] = await events(server, { type: 'auth.login.succeeded' });
    expect(event).toMatchObject({ actor: { type: 'user' }, details: { amr: ['pwd'] } });
    expect(JSON.stringify(event)).not.toContain(ADMIN_EMAIL);
  });

  it('takes the e-mail address in any case and with spaces around it', async () => {
    for (const email of [ADMIN_EMAIL.toUpperCase(), `  ${ADMIN_EMAIL} `])
      expect((await attemptSignIn(server, new CookieJar(), { email })).status).toBe(303);
  });

  it('with anything wrong shows the page again with 401 and sets no session', async () => {
    for (const form of [
      { email: ADMIN_EMAIL, password: 'wrong' },
      { email: ADMIN_EMAIL, password: '' },
      { email: ADMIN_EMAIL, password: ` ${ADMIN_PASSWORD}` },
      { email: ADMIN_EMAIL, password: `${ADMIN_PASSWORD} ` },
      { email: ADMIN_EMAIL, password: ADMIN_PASSWORD.toUpperCase() },
      { email: ADMIN_EMAIL, password: `${ADMIN_PASSWORD}\0` },
      { email: 'nobody@example.com', password: ADMIN_PASSWORD },
      { email: `' OR 1=1 --`, password: ADMIN_PASSWORD },
      { email: '', password: '' },
      { email: '%', password: ADMIN_PASSWORD },
      { email: 'é\ud800@example.com', password: ADMIN_PASSWORD },
    ]) {
      const jar = new CookieJar();
      const answer = await submit(jar, { ...(await formAt(jar)), ...form });
      expect([form.email, answer.status]).toEqual([form.email, 401]);
      expectPersonal(answer);
      expect(jar.get(SESSION)).toBeUndefined();
    }
  });

  it('escapes what was typed', async () => {
    const jar = new CookieJar();
    const answer = await submit(jar, {
      ...(await formAt(jar)),
      email: '"><script>alert(1)</script>@example.com',
      password: '<img src=x onerror=alert(2)>',
    });
    expect(answer.text).not.toMatch(/<script>alert|<img src=x/);
    expect(answer.text).not.toContain('alert(2)');
  });

  it('has a page nobody frames, caches or learns of, with refusals too', async () => {
    expectPersonal(await get(`${server.base}/login`));
    expectPersonal(await post(`${server.base}/login`, { form: right }));
    expectPersonal(await get(`${server.base}/login?return_to=/oauth2/authorize%3Fstate%3D<script>`));
  });
});

describe('a form that was not given to this browser', () => {
  it('signs nobody in', async () => {
    const attempts: Record<
      string,
      (jar: CookieJar, fields: Record<string, string>) => Promise<HttpResponse>
    > = {
      'without a token': (jar) => submit(jar, right),
      'with an empty token': (jar) => submit(jar, { ...right, csrf: '' }),
      'with a wrong token': (jar, { csrf = '' }) =>
        submit(jar, { ...right, csrf: csrf.split('').reverse().join('') }),
      'with the token of another browser': async (jar) =>
        submit(jar, { ...right, ...(await formAt(new CookieJar())) }),
      'without the cookie': (_jar, fields) => submit(new CookieJar(), { ...right, ...fields }),
      'from a foreign origin': (jar, fields) =>
        submit(jar, { ...right, ...fields }, { headers: { origin: 'https://evil.test' } }),
      'from an opaque origin': (jar, fields) =>
        submit(jar, { ...right, ...fields }, { headers: { origin: 'null' } }),
      'that the browser calls cross-site': (jar, fields) =>
        submit(jar, { ...right, ...fields }, { headers: { 'sec-fetch-site': 'cross-site' } }),
      'that the browser calls same-site': (jar, fields) =>
        submit(jar, { ...right, ...fields }, { headers: { 'sec-fetch-site': 'same-site' } }),
    };
    for (const [what, attempt] of Object.entries(attempts)) {
      const jar = new CookieJar();
      const fields = await formAt(jar);
      const answer = await attempt(jar, fields);
      expect([what, answer.status, answer.headers.location]).toEqual([what, 403, undefined]);
      expectPersonal(answer);
      expect([what, jar.get(SESSION), answer.headers['set-cookie'] ?? []]).toEqual([what, undefined, []]);
      expect((await submit(jar, { ...fields, ...right })).status).toBe(303);
    }
  });

  it('reaches no page at all from another site, whatever its path and query pretend; protocols it may ask', async () => {
    const jar = await signedIn(server);
    const cookies = jar.header(new URL(server.origin))!;
    const headers = { origin: 'https://evil.test' };
    for (const path of [
      ...['/account', '/account/end-all', '/login', '/consent', '/device/decision', '/nothing', '/'],
      ...['/x?y=/oauth2/token', '/account?/oauth2/token', '/account#/oauth2/token', '/account/oauth2/token'],
      ...['/accountx/../account', '//evil.test/oauth2/token', '/oauth2tokens', '/%6fauth2/token'],
    ]) {
      const raw = await rawRequest(
        server.origin,
        `POST ${path} HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.test\r\nCookie: ${cookies}\r\n` +
          'Content-Length: 0\r\nConnection: close\r\n\r\n',
      );
      expect([path, raw.split('\r\n')[0]]).toEqual([path, 'HTTP/1.1 403 Forbidden']);
      expect(raw).toMatch(/^x-decision-id: /im);
    }
    expect(await isIn(jar)).toBe(true);
    const form = {
      grant_type: 'client_credentials',
      client_id: OPS_CLIENT_ID,
      client_secret: OPS_CLIENT_SECRET,
    };
    for (const path of ['/oauth2/token', '/token', '/oauth2/token?x=/account'])
      expect([path, (await post(server.base + path, { form, headers, cookies: jar })).status]).toEqual([
        path,
        200,
      ]);
  });

  it('from a page without a referrer is taken when the browser says it is ours', async () => {
    const jar = new CookieJar();
    const headers = { origin: 'null', 'sec-fetch-site': 'same-origin' };
    expect((await submit(jar, { ...(await formAt(jar)), ...right }, { headers })).status).toBe(303);
  });

  it('as a query or as a GET signs nobody in', async () => {
    const jar = new CookieJar();
    const query = new URLSearchParams({ ...(await formAt(jar)), ...right }).toString();
    expect((await get(`${server.base}/login?${query}`, { cookies: jar })).status).toBe(200);
    expect(
      (await post(`${server.base}/login?${query}`, { cookies: jar, headers: { origin: server.url } })).status,
    ).toBe(400);
    expect(jar.get(SESSION)).toBeUndefined();
  });
});

describe('a body that makes no sense', () => {
  it('is refused without a fault', async () => {
    const jar = new CookieJar();
    const { csrf = '' } = await formAt(jar);
    const headers = { origin: server.url };
    const url = `${server.base}/login`;
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    for (const [what, options] of Object.entries({
      'a field twice': { form: { csrf, email: [ADMIN_EMAIL, 'x'], password: ADMIN_PASSWORD } },
      'a password twice': { form: { csrf, email: ADMIN_EMAIL, password: [ADMIN_PASSWORD, ADMIN_PASSWORD] } },
      'return_to twice': { form: { csrf, ...right, return_to: ['/account', 'https://evil.test'] } },
      'no password': { form: { csrf, email: ADMIN_EMAIL } },
      'names of object members': {
        form: {
          csrf,
          email: ADMIN_EMAIL,
          __proto__: 'x',
          constructor: 'y',
          hasOwnProperty: 'z',
          then: 'a',
          toString: 'b',
        },
      },
      'a deep value': {
        body: `{"email":${deep},"password":"x"}`,
        headers: { ...headers, 'content-type': 'application/json' },
      },
      'an array': { json: [right] },
      'a string': { json: 'x' },
      'an object for a text': { json: { csrf, email: { $ne: null }, password: { toString: 'x' } } },
      'broken JSON': { body: '{', headers: { ...headers, 'content-type': 'application/json' } },
      text: { body: 'email=x', headers: { ...headers, 'content-type': 'text/plain' } },
      nothing: {},
      '2000 fields': {
        body: Array.from({ length: 2_000 }, (_, index) => `p${index}=x`).join('&'),
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      },
      '100 kB': { form: { csrf, ...right, x: 'x'.repeat(100_000) } },
      'an address with NUL': { form: { csrf, email: `${ADMIN_EMAIL}\0`, password: ADMIN_PASSWORD } },
      'an address of 400 characters': {
        form: { csrf, email: `${'a'.repeat(400)}@example.com`, password: 'x' },
      },
      'broken escapes': {
        body: 'email=%&password=%zz',
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      },
    } as Record<string, RequestOptions>)) {
      const answer = await post(url, { cookies: jar.copy(), headers, ...options });
      expect([what, answer.status >= 400 && answer.status < 500]).toEqual([what, true]);
      expect([what, answer.headers['content-type']]).toEqual([what, 'text/html; charset=utf-8']);
      expect(answer.text).not.toMatch(INSIDE);
    }
    expect((await submit(jar, { csrf, ...right })).status).toBe(303);
  });

  it('in other methods is refused', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const answer = await request(method, `${server.base}/login`, { form: right });
      expect([404, 405]).toContain(answer.status);
    }
  });

  it('with cookies that make no sense is like one without', async () => {
    for (const cookie of [
      '=',
      ';;;',
      `${SESSION}`,
      `${SESSION}=%00%ff`,
      `${SESSION}="quoted"`,
      `${SESSION}=a; ${SESSION}=b`,
      `x=${'y'.repeat(15_000)}`,
      `${SESSION}=é`,
    ]) {
      const raw = await rawRequest(
        server.origin,
        `GET /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: ${cookie}\r\n\r\n`,
      );
      expect([cookie.slice(0, 20), raw.split('\r\n')[0]]).toEqual([cookie.slice(0, 20), 'HTTP/1.1 200 OK']);
    }
  });
});

describe('a session', () => {
  it('is a new one at every sign-in, and the one before it in this browser is dead', async () => {
    const planted = new CookieJar();
    planted.set(SESSION, 'planted-by-somebody-else-0123456789abcdefghijk');
    await signIn(server, planted);
    expect(planted.get(SESSION)).not.toContain('planted');

    const jar = await signedIn(server);
    const before = jar.copy();
    expect(await isIn(before)).toBe(true);
    await signIn(server, jar);
    expect(jar.get(SESSION)).not.toBe(before.get(SESSION));
    expect(await isIn(jar)).toBe(true);
    expect(await isIn(before)).toBe(false);
    const [event] = await events(server, { type: 'auth.session.created' });
    expect(event).toMatchObject({ outcome: { result: 'allowed' } });
  });

  it('of another browser of the same person stays', async () => {
    const [one, two] = [await signedIn(server), await signedIn(server)];
    await signIn(server, one);
    expect(await isIn(two)).toBe(true);
  });

  it('has an id nobody can guess', async () => {
    const ids = await Promise.all(
      Array.from({ length: 5 }, async () => (await signedIn(server)).get(SESSION)!),
    );
    expect(new Set(ids).size).toBe(5);
    for (const id of ids) expect(id).toMatch(/^[\w-]{43}$/);
  });

  it('a form from before the sign-in is stale after it', async () => {
    const jar = new CookieJar();
    const form = await formAt(jar);
    await signIn(server, jar);
    expect((await submit(jar, { ...form, ...right })).status).toBe(403);
  });
});

describe('cookies', () => {
  it('are for this host alone and out of reach of scripts', async () => {
    const jar = await signedIn(server);
    expect(jar.names().sort()).toEqual([BROWSER, SESSION]);
    for (const name of jar.names()) {
      const attributes = jar.attributes(name)!;
      expect(attributes).toMatch(/HttpOnly/);
      expect(attributes).toMatch(/SameSite=Lax/);
      expect(attributes).toMatch(/Path=\//);
      expect(attributes).not.toMatch(/Domain|Secure/);
      expect(jar.get(name)).toMatch(/^[\w-]{43}$/);
    }
    expect(jar.attributes(SESSION)).toMatch(/Max-Age=604800/);
  });

  it('on https are __Host- and Secure, with a path in PUBLIC_URL too', async () => {
    for (const url of ['https://gate.example', 'https://gate.example/id']) {
      const secure = await startServer({
        env: { PUBLIC_URL: url, HOST: '127.0.0.1' },
        config: { limits: ROOMY },
      });
      const page = await get(`${secure.base}/login`);
      expect(page.headers['strict-transport-security']).toMatch(/max-age=\d{7,}/);
      const [browser] = page.headers['set-cookie']!;
      const cookie = browser!.split(';')[0]!;
      const answer = await post(`${secure.base}/login`, {
        form: { ...formOf(page.text, '/login').hidden, ...right },
        headers: { cookie, origin: 'https://gate.example' },
      });
      expect(answer.status).toBe(303);
      const session = answer.headers['set-cookie']!.find((line) => line.includes(SESSION))!;
      for (const line of [browser!, session]) {
        expect(line).toMatch(/^__Host-gatehouse_/);
        expect(line).toMatch(/; Path=\/;/);
        expect(line).toMatch(/; HttpOnly; Secure; SameSite=Lax$/);
        expect(line).not.toMatch(/Domain/i);
      }
      const sent = (header: string) => get(`${secure.base}/account`, { headers: { cookie: header } });
      expect((await sent(session.split(';')[0]!)).status).toBe(200);
      // A sibling host can set a cookie without the prefix; it counts for nothing.
      expect((await sent(session.split(';')[0]!.replace('__Host-', ''))).status).toBe(303);
    }
  });
});

describe('the way back', () => {
  const landing = async (returnTo: string | undefined): Promise<string | undefined> => {
    const jar = new CookieJar();
    const answer = await attemptSignIn(server, jar, returnTo === undefined ? {} : { returnTo });
    expect(answer.status).toBe(303);
    return answer.headers.location;
  };

  it('is taken when it is inside', async () => {
    expect(await landing(undefined)).toBe('/account');
    expect(await landing('/account?x=1')).toBe('/account?x=1');
    expect(await landing('/oauth2/authorize?a=b%2Fc&redirect_uri=https%3A%2F%2Fx')).toBe(
      '/oauth2/authorize?a=b%2Fc&redirect_uri=https%3A%2F%2Fx',
    );
  });

  it('never leads anywhere else', async () => {
    for (const returnTo of [
      'https://evil.test',
      'https://evil.test/account',
      '//evil.test',
      '///evil.test',
      '/\\evil.test',
      '\\\\evil.test',
      '/\t/evil.test',
      '/%09/evil.test',
      '\t//evil.test',
      ' //evil.test',
      '/\n/evil.test',
      '/x/..//evil.test',
      '/x/../\\evil.test',
      '/.//evil.test',
      '/./\\evil.test',
      'javascript:alert(1)',
      'data:text/html,x',
      'http:evil.test',
      'https:/evil.test',
      'evil.test',
      '@evil.test',
      `${server.url}@evil.test`,
      `//localhost:${server.port}@evil.test`,
      '/account\r\nSet-Cookie: x=1',
      '?x',
      '#x',
      '',
    ]) {
      const jar = new CookieJar();
      const form = { ...(await formAt(jar)), ...right, return_to: returnTo };
      // Through the page, and put into the form by somebody.
      for (const location of [await landing(returnTo), (await submit(jar, form)).headers.location]) {
        expect([returnTo, new URL(location!, server.url).origin]).toEqual([returnTo, server.url]);
        expect([returnTo, /^\/(?![/\\])/.test(location!)]).toEqual([returnTo, true]);
      }
    }
    for (const returnTo of ['/%2f%2fevil.test', '/%5cevil.test', '/a@evil.test'])
      expect(new URL((await landing(returnTo))!, server.url).origin).toBe(server.url);
  });

  it('given twice or changed in the form is not trusted either', async () => {
    const page = await get(`${server.base}/login?return_to=/account&return_to=https://evil.test`);
    expect(formOf(page.text, '/login').hidden).not.toHaveProperty('return_to');
    const jar = new CookieJar();
    const answer = await submit(jar, {
      ...(await formAt(jar, '?return_to=/account')),
      ...right,
      return_to: '//evil.test',
    });
    expect(answer.headers.location).toBe('/account');
  });

  it('is not shown with its markup', async () => {
    const page = await get(
      `${server.base}/login?return_to=${encodeURIComponent('/x?"><script>alert(1)</script>')}`,
    );
    expect(page.text).not.toContain('<script>alert');
    expect((await get(`${server.base}/login?problem=<script>alert(1)</script>`)).text).not.toContain(
      'alert(1)',
    );
  });
});

describe('an account that is not there', () => {
  it('is refused exactly like a wrong password', async () => {
    const answers = [];
    for (const email of [ADMIN_EMAIL, 'nobody@example.com', 'x']) {
      const jar = new CookieJar();
      const answer = await submit(jar, { ...(await formAt(jar)), email, password: 'wrong password' });
      const headers = Object.fromEntries(
        Object.entries(answer.headers).filter(
          ([name]) => !['date', 'x-request-id', 'x-decision-id', 'content-length'].includes(name),
        ),
      );
      const text = answer.text
        .replaceAll(email, 'E')
        .replaceAll(/(?:name="(?:csrf|ticket)" value|data-options)="[^"]+"/g, '')
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '');
      answers.push({ status: answer.status, headers, text });
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]!.status).toBe(401);
  });
});

describe('a very long password', () => {
  it('is refused before it is hashed, and nothing is cut off to compare', async () => {
    const seconds = async (password: string): Promise<[number, number]> => {
      const jar = new CookieJar();
      const form = { ...(await formAt(jar)), email: ADMIN_EMAIL, password };
      const before = performance.now();
      const { status } = await submit(jar, form);
      return [status, performance.now() - before];
    };
    for (const length of [257, 1_000, 1_025, 60_000, 1_000_000]) {
      const [status, time] = await seconds('x'.repeat(length));
      expect([length, [400, 401, 413].includes(status)]).toEqual([length, true]);
      expect(time).toBeLessThan(1_500);
    }
    for (const suffix of ['x', '\0', '\0x', 'x'.repeat(200)])
      expect((await seconds(ADMIN_PASSWORD + suffix))[0]).toBe(401);
    expect((await seconds(ADMIN_PASSWORD))[0]).toBe(303);
  });

  it('many at once leave the server answering', async () => {
    const jar = new CookieJar();
    const form = { ...(await formAt(jar)), email: ADMIN_EMAIL, password: 'wrong password' };
    let waiting = true;
    const flood = Promise.all(Array.from({ length: 100 }, () => submit(jar.copy(), form)));
    void flood.then(() => (waiting = false));
    await sleep(100);
    expect((await get(`${server.base}/health/live`)).status).toBe(200);
    expect(waiting).toBe(true);
    for (const { status, headers } of await flood) {
      expect([401, 429, 503]).toContain(status);
      if (status !== 401) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
    expect((await attemptSignIn(server, new CookieJar())).status).toBe(303);
  });
});

describe('guessing', () => {
  const LIMITS = {
    ...ROOMY,
    login: { ...ROOMY.login, failed: { points: 4, seconds: 60, blockSeconds: 3 } },
  };

  it('is stopped per account and address, for a while, with the right password too', async () => {
    const tight = await startServer({ config: { limits: LIMITS } });
    const attempt = (email: string, password: string, headers = {}) =>
      (async () => {
        const jar = new CookieJar();
        return submit(jar, { ...(await formAt(jar, '', tight)), email, password }, { headers }, tight);
      })();
    for (let index = 0; index < 4; index++) expect((await attempt(ADMIN_EMAIL, 'wrong')).status).toBe(401);
    const stopped = await attempt(ADMIN_EMAIL, ADMIN_PASSWORD);
    expect(stopped.status).toBe(429);
    const wait = Number(stopped.headers['retry-after']);
    expect(wait).toBeGreaterThan(0);
    expect(textOf(stopped.text)).toMatch(/wait|later|again/i);
    for (const email of [ADMIN_EMAIL.toUpperCase(), ` ${ADMIN_EMAIL}`, ADMIN_EMAIL.replace('a', '\uff41')])
      expect([email, (await attempt(email, ADMIN_PASSWORD)).status]).toEqual([email, 429]);
    for (const name of ['x-forwarded-for', 'x-real-ip', 'cf-connecting-ip', 'true-client-ip', 'x-client-ip'])
      expect((await attempt(ADMIN_EMAIL, ADMIN_PASSWORD, { [name]: '203.0.113.1' })).status).toBe(429);
    expect((await attempt(ADMIN_EMAIL, ADMIN_PASSWORD, { forwarded: 'for=203.0.113.1' })).status).toBe(429);
    // That somebody has to wait does not say that there is such a person.
    for (let index = 0; index < 4; index++) await attempt('nobody@example.com', 'wrong');
    const nobody = await attempt('nobody@example.com', 'wrong');
    const words = ({ text }: HttpResponse) =>
      textOf(text).replaceAll(/[\w.]+@example\.com|[0-9a-f-]{36}|\d+/g, '');
    expect([nobody.status, words(nobody)]).toEqual([429, words(stopped)]);
    // Somebody else is not locked out by it.
    expect((await attempt('other@example.com', 'wrong')).status).toBe(401);
    const [event] = await events(tight, { type: 'auth.login.failed', outcome: 'throttled' });
    expect(event!.outcome).toMatchObject({ reason_code: 'too_many_failures', http_status: 429 });
    await sleep(wait * 1_000 + 500);
    expect((await attempt(ADMIN_EMAIL, ADMIN_PASSWORD)).status).toBe(303);
  });

  it('from one address does not lock the person out at another', async () => {
    const behind = await startServer({
      env: { TRUSTED_PROXIES: '127.0.0.1,::1' },
      config: { limits: LIMITS },
    });
    const attempt = async (address: string, password: string) => {
      const jar = new CookieJar();
      const form = { ...(await formAt(jar, '', behind)), email: ADMIN_EMAIL, password };
      return (await submit(jar, form, { headers: { 'x-forwarded-for': address } }, behind)).status;
    };
    for (let index = 0; index < 4; index++) expect(await attempt('203.0.113.1', 'wrong')).toBe(401);
    expect(await attempt('203.0.113.1', ADMIN_PASSWORD)).toBe(429);
    expect(await attempt('203.0.113.2', ADMIN_PASSWORD)).toBe(303);
    // The left end of the list is the client's own word.
    expect(await attempt('198.51.100.9, 203.0.113.1', ADMIN_PASSWORD)).toBe(429);
  });

  it('at once, or from more and more addresses, is stopped per account as well', async () => {
    const login = { ...LIMITS.login, account: { points: 12, seconds: 60 } };
    const behind = await startServer({
      env: { TRUSTED_PROXIES: '127.0.0.1,::1' },
      config: { limits: { ...LIMITS, login } },
    });
    const attempt = async (email: string, address: string, password = 'wrong') => {
      const jar = new CookieJar();
      const form = { ...(await formAt(jar, '', behind)), email, password };
      return (await submit(jar, form, { headers: { 'x-forwarded-for': address } }, behind)).status;
    };
    const atOnce = await Promise.all(Array.from({ length: 10 }, () => attempt('a@b.example', '203.0.113.1')));
    expect(atOnce.every((status) => status === 401 || status === 429)).toBe(true);
    expect(await attempt('a@b.example', '203.0.113.1')).toBe(429);
    for (let index = 0; index < 12; index++)
      expect(await attempt(ADMIN_EMAIL, `203.0.113.${index}`)).toBe(401);
    expect(await attempt(ADMIN_EMAIL, '198.51.100.1', ADMIN_PASSWORD)).toBe(429);
    expect(await attempt('other@example.com', '198.51.100.1')).toBe(401);
  });

  it('successes do not count', async () => {
    const tight = await startServer({ config: { limits: LIMITS } });
    for (let index = 0; index < 6; index++)
      expect((await attemptSignIn(tight, new CookieJar())).status).toBe(303);
  });
});

describe('a person who was disabled', () => {
  it('is out everywhere and cannot come back until let in again', async () => {
    const own = await startServer({ config: { limits: ROOMY } });
    const [one, two] = [await signedIn(own), await signedIn(own)];
    const { client, tokens } = await connectIn(own, one);
    const { sub } = claimsOf(tokens.access_token);
    expect((await asOperator(own, 'POST', `/users/${String(sub)}/disable`)).status).toBe(200);
    for (const jar of [one, two]) expect(await isIn(jar, own)).toBe(false);
    expect(await mcpStatus(own, tokens.access_token)).toBe(401);
    expect((await refresh(own, client, tokens.refresh_token!)).status).toBe(400);
    const wrong = await attemptSignIn(own, new CookieJar(), { password: 'wrong' });
    const right = await attemptSignIn(own, new CookieJar());
    expect([right.status, textOf(right.text)]).toEqual([wrong.status, textOf(wrong.text)]);
    expect(right.status).toBe(401);
    expect((await asOperator(own, 'POST', `/users/${String(sub)}/enable`)).status).toBe(200);
    expect((await attemptSignIn(own, new CookieJar())).status).toBe(303);
    for (const jar of [one, two]) expect(await isIn(jar, own)).toBe(false);
    expect(await mcpStatus(own, tokens.access_token)).toBe(401);
  });
});

describe('the limits of a session', () => {
  it('end it when it is not used, keep it while it is, and end it at the latest after all', async () => {
    const short = await startServer({
      config: { limits: ROOMY, lifetimes: { sessionIdle: '3s', sessionMax: '9s' } },
    });
    const [idle, busy] = [await signedIn(short), await signedIn(short)];
    expect(busy.attributes(SESSION)).toMatch(/Max-Age=9/);
    // As a browser would send it that kept the cookie for longer.
    for (const jar of [idle, busy]) jar.set(SESSION, jar.get(SESSION)!);
    const startedAt = Date.now();
    let alive = 0;
    while (Date.now() - startedAt < 20_000 && (await isIn(busy, short))) {
      alive = Date.now() - startedAt;
      await sleep(500);
    }
    expect(alive).toBeGreaterThan(5_000);
    expect(alive).toBeLessThan(9_500);
    expect(await isIn(idle, short)).toBe(false);
  });
});

describeOnPostgres('two replicas', () => {
  it('share sessions and their end', async () => {
    const first = await startServer({ config: { limits: ROOMY } });
    const second = await startServer({
      database: first.databaseUrl!,
      env: { PUBLIC_URL: first.url },
      config: { limits: ROOMY },
    });
    const jar = await signedIn(first);
    expect(await isIn(jar, second)).toBe(true);
    const client = await webClient(first);
    const outcome = await authorize(second, client, { jar });
    expect(outcome.pages).toEqual(['/consent']);
    const { tokens } = await connect(first, { client, jar });
    const { sid } = claimsOf(tokens.access_token);
    expect((await asOperator(second, 'DELETE', `/sessions/${String(sid)}`)).status).toBe(200);
    expect(await isIn(jar, first)).toBe(false);
    const query = authorizeQuery(first, client, { prompt: 'none' });
    const refused = await get(`${first.base}/oauth2/authorize?${query}`, { cookies: jar });
    expect(refused.location!.searchParams.get('error')).toBe('login_required');
  });
});
