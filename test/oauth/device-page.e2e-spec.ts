import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attemptSignIn, signIn, submitForm, type TestClient } from '../support/actors.js';
import { formOf, formsOf, linksOf, textOf } from '../support/html.js';
import { CookieJar, get, post, request, type HttpResponse, type RequestOptions } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  decide,
  deviceClient,
  openPage,
  Others,
  poll,
  press,
  ROOMY_DEVICES,
  start,
  type,
  type Started,
} from './device-harness.js';
import { asOperator, cookieLine, events, INSIDE, raw, refusalOf, signedIn } from './harness.js';

const others = new Others();
let server: TestServer;
/** Behind a proxy, and with limits that a test reaches; each test has people and addresses of its own there. */
let tight: TestServer;
let client: TestClient;
let jar: CookieJar;

beforeAll(async () => {
  const identityProviders = await others.start();
  server = await startServer({ config: { limits: ROOMY_DEVICES, identityProviders } });
  const deviceUserCode = {
    account: { points: 5, seconds: 60, blockSeconds: 60 },
    address: { points: 4, seconds: 60 },
  };
  tight = await startServer({
    env: { TRUSTED_PROXIES: '127.0.0.1,::1' },
    config: { limits: { ...ROOMY_DEVICES, deviceUserCode }, identityProviders },
  });
  [client, jar] = [await deviceClient(server), await signedIn(server)];
});
afterAll(() => others.stop());

const PENDING = [400, 'authorization_pending'];
const DONE = /You allowed/;

/** The page that asks for a decision about a new device. */
async function asked(
  given: TestClient = client,
  scope = 'mcp:tools:read',
): Promise<Started & { page: HttpResponse }> {
  const device = await start(server, given, { scope });
  const page = await type(server, jar, device.user_code);
  expect(page.status).toBe(200);
  return { ...device, page };
}

const fieldsOf = (page: HttpResponse): Record<string, string> => formOf(page.text, '/device/decision').hidden;

const sendDecision = (
  page: HttpResponse,
  over: Record<string, string | string[] | null> = {},
  { browser = jar, ...options }: RequestOptions & { browser?: CookieJar } = {},
): Promise<HttpResponse> => {
  const all = { ...fieldsOf(page), decision: 'approve', ...over };
  const form = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) as Record<
    string,
    string
  >;
  return post(`${server.base}/device/decision`, {
    cookies: browser,
    form,
    ...options,
    headers: { origin: server.url, ...options.headers },
  });
};

async function expectStillWaiting(device: Started): Promise<void> {
  const [status, error] = refusalOf(await poll(server, device));
  expect([status, ['authorization_pending', 'slow_down'].includes(error!)]).toEqual([400, true]);
}

function expectPersonalPage(response: HttpResponse): void {
  expect(response.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
  });
  expect(response.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(response.headers['content-security-policy']).not.toMatch(/unsafe/);
  expect(response.headers['access-control-allow-origin']).toBeUndefined();
  expect(response.text).not.toMatch(INSIDE);
}

describe('a person at the page', () => {
  it('signs in first, and does not have to type the code again', async () => {
    const device = await start(server, client);
    const browser = new CookieJar();
    const away = await get(device.verification_uri_complete, { cookies: browser });
    expect([away.status, away.location!.pathname]).toEqual([303, '/login']);
    const returnTo = away.location!.searchParams.get('return_to')!;
    expect(returnTo).toBe(`/device?user_code=${device.user_code}`);
    const back = await attemptSignIn(server, browser, { returnTo });
    const page = await get(new URL(back.headers.location!, server.base), { cookies: browser });
    expect(formOf(page.text, '/device').fields).toContainEqual(['user_code', device.user_code]);
    expectPersonalPage(page);
    await expectStillWaiting(device);
  });

  it('types the code as it likes, reads who asks for what, and lets the device in', async () => {
    const device = await start(server, client, { scope: 'mcp:tools:execute email' });
    const page = await type(server, jar, ` ${device.user_code.toLowerCase().replace('-', ' ')} `);
    expectPersonalPage(page);
    const text = textOf(page.text);
    for (const said of [
      'Allow Living room to use Gatehouse ?',
      `It must show exactly this code: ${device.user_code}`,
      'Only go on if you started this on your own device, just now.',
      'Not verified',
      'Approved by Gatehouse',
      client.clientId,
      'Add, change and delete things for you',
      'See your email address',
      'Can delete or overwrite',
      'admin@example.com',
      'Use another account',
      'When it is not used for 30 days',
      'You can end this any time under Account .',
    ])
      expect(text).toContain(said);
    const form = formOf(page.text, '/device/decision');
    expect(form.method).toBe('post');
    expect(form.buttons.map(({ value }) => value).sort()).toEqual(['approve', 'deny']);
    const done = await press(server, jar, page, 'approve');
    expectPersonalPage(done);
    expect(textOf(done.text)).toMatch(DONE);
    expect((await poll(server, device)).status).toBe(200);
  });

  it('denies, and the device learns it', async () => {
    const { page, ...device } = await asked();
    expect(textOf((await press(server, jar, page, 'deny')).text)).toContain('You denied Living room');
    expect(refusalOf(await poll(server, device))).toEqual([400, 'access_denied']);
    const [event] = await events(server, { type: 'consent.denied', client_id: client.clientId });
    expect(event).toMatchObject({ actor: { type: 'user' }, outcome: { reason_code: 'denied_by_person' } });
  });

  it('reads that a client which has a secret is verified', async () => {
    const { page } = await asked(await deviceClient(server, { auth_method: 'client_secret_basic' }));
    expect(textOf(page.text)).toMatch(/Living room Verified/);
    expect(textOf(page.text)).not.toContain('Not verified');
  });

  it('reads where the device is when that is elsewhere', async () => {
    const [own, browser] = [await deviceClient(tight), await signedIn(tight)];
    const device = await start(tight, own);
    const near = textOf((await type(tight, browser, device.user_code)).text);
    expect(near).not.toContain('You are at');
    const far = textOf(
      (await type(tight, browser, device.user_code, { 'x-forwarded-for': '203.0.113.9' })).text,
    );
    expect(far).toContain('You are at 203.0.113.9 .');
  });

  it('lets go on with another account', async () => {
    const { page, ...device } = await asked();
    const link = linksOf(page.text).find((href) => href.startsWith('/login'))!;
    const returnTo = new URL(link, server.base).searchParams.get('return_to');
    expect(returnTo).toBe(`/device?user_code=${device.user_code}`);
  });

  it('may allow only what their roles let them, and is told when that is nothing', async () => {
    const bob = await others.signIn(server, 'bob');
    const some = await start(server, client, { scope: 'mcp:tools:read admin:users' });
    const page = await type(server, bob, some.user_code);
    expect(textOf(page.text)).toContain('Read your notes');
    expect(textOf(page.text)).not.toContain('disable people');
    await press(server, bob, page, 'approve');
    expect((await poll(server, some)).json().scope).toBe('mcp:tools:read');

    const none = await start(server, client, { scope: 'admin:users', resource: `${server.url}/admin` });
    const refused = await type(server, bob, none.user_code);
    expect(refused.status).toBe(400);
    expect(textOf(refused.text)).toContain('Your account may not allow any of what this device asks for');
    expect(formsOf(refused.text).some(({ action }) => action.endsWith('/decision'))).toBe(false);
    // Somebody else still can.
    await decide(server, jar, none);
    expect((await poll(server, none)).json().scope).toBe('admin:users');
  });
});

describe('a look at the page', () => {
  it('approves nothing, whatever the address says', async () => {
    const device = await start(server, client);
    const { page } = await asked();
    const csrf = fieldsOf(page)['csrf']!;
    const code = encodeURIComponent(device.user_code);
    for (const [method, path] of [
      ['GET', `/device?user_code=${code}`],
      ['GET', `/device?user_code=${code}&decision=approve&csrf=${csrf}`],
      ['GET', `/device/decision?user_code=${code}&decision=approve&scope=mcp:tools:read&csrf=${csrf}`],
      ['HEAD', `/device?user_code=${code}&decision=approve`],
      ['PUT', `/device/decision?user_code=${code}&decision=approve`],
      ['POST', `/device?user_code=${code}&decision=approve`],
      ['POST', `/device/decision?user_code=${code}&decision=approve&scope=mcp:tools:read&csrf=${csrf}`],
    ] as const) {
      const answer = await request(method, server.base + path, {
        cookies: jar,
        headers: { origin: server.url },
      });
      expect([method, path, answer.status < 500]).toEqual([method, path, true]);
      expect(answer.text).not.toMatch(DONE);
      expect(formsOf(answer.text).some(({ action }) => action.endsWith('/decision'))).toBe(false);
    }
    await expectStillWaiting(device);
  });

  it('shows nothing of an address that is no code', async () => {
    for (const query of [
      '?user_code=%22%3E%3Cimg%20src%3Dx%3E',
      '?user_code=ABCDEFGH',
      '?user_code=BCDF-GHJK&user_code=BCDF-GHJK',
      `?user_code=${'B'.repeat(5_000)}`,
      '?user_code[]=BCDFGHJK',
      '?user_code=%00',
    ]) {
      const page = await openPage(server, jar, query);
      expect([query.slice(0, 30), page.status]).toEqual([query.slice(0, 30), 200]);
      expect(formOf(page.text, '/device').fields).toContainEqual(['user_code', '']);
      expect(page.text).not.toContain('<img');
    }
    const page = await openPage(server, jar, '?user_code=bcdfghjk');
    expect(formOf(page.text, '/device').fields).toContainEqual(['user_code', 'BCDF-GHJK']);
  });
});

describe('a code that does not work', () => {
  it('looks the same, whether it never was, is expired, or was used', async () => {
    const brief = await startServer({ config: { limits: ROOMY_DEVICES, lifetimes: { deviceCode: '1s' } } });
    const [own, browser] = [await deviceClient(brief), await signedIn(brief)];
    const expired = await start(brief, own);
    const [allowed, denied] = [await start(server, client), await start(server, client)];
    await decide(server, jar, allowed);
    await decide(server, jar, denied, 'deny');
    await new Promise((later) => setTimeout(later, 1_100));
    const pages = [
      await type(brief, browser, expired.user_code),
      ...(await Promise.all(
        ['BBBB-BBBB', 'nonsense', '', 'ABCD-EFGH', allowed.user_code, denied.user_code].map((code) =>
          type(server, jar, code),
        ),
      )),
    ];
    const shown = pages.map((page) => [
      page.status,
      textOf(page.text),
      formOf(page.text, '/device').fields[1],
    ]);
    expect(shown[0]![1]).toContain('This code does not work.');
    expect(new Set(shown.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(shown[0]![0]).toBe(400);
    for (const page of pages) expectPersonalPage(page);
    const [event] = await events(server, { type: 'device.user_code.rejected' });
    expect(event).toMatchObject({ actor: { type: 'user' }, outcome: { reason_code: 'unknown_user_code' } });
  });

  it('is that of a suspended client too', async () => {
    const own = await deviceClient(server);
    const [before, { page }] = [await start(server, own), await asked(own)];
    await asOperator(server, 'POST', `/clients/${own.clientId}/suspend`);
    const typed = await type(server, jar, before.user_code);
    expect([typed.status, textOf(typed.text).includes('This code does not work.')]).toEqual([400, true]);
    expect((await sendDecision(page)).status).toBe(400);
    const [event] = await events(server, { type: 'device.user_code.rejected', client_id: own.clientId });
    expect(event?.outcome.reason_code).toBe('client_suspended');
  });
});

describe('a decision that is not the person’s', () => {
  const flip = (text: string): string => text.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
  type Asked = Awaited<ReturnType<typeof asked>>;

  const refusals: Record<string, (about: Asked) => Promise<HttpResponse>> = {
    'without a token': ({ page }) => sendDecision(page, { csrf: null }),
    'with an empty token': ({ page }) => sendDecision(page, { csrf: '' }),
    'with a token that is wrong by one character': ({ page }) =>
      sendDecision(page, { csrf: flip(fieldsOf(page)['csrf']!) }),
    'with the token of the page for codes': async ({ page }) => {
      const codes = await openPage(server, jar);
      return sendDecision(page, { csrf: formOf(codes.text, '/device').hidden['csrf']! });
    },
    'with the token of the account page': async ({ page }) => {
      const account = await get(`${server.base}/account`, { cookies: jar });
      return sendDecision(page, { csrf: formOf(account.text, '/logout').hidden['csrf']! });
    },
    'with the token of another code': async ({ page }) => {
      const other = await asked();
      return sendDecision(page, { csrf: fieldsOf(other.page)['csrf']! });
    },
    'about another code': async ({ page }) => {
      const other = await start(server, client);
      const answer = await sendDecision(page, { user_code: other.user_code });
      await expectStillWaiting(other);
      return answer;
    },
    'about more than was shown': ({ page }) =>
      sendDecision(page, { scope: 'mcp:tools:read mcp:tools:execute' }),
    'about less than was shown': ({ page }) => sendDecision(page, { scope: 'email' }),
    'with another person’s session': async ({ page }) =>
      sendDecision(page, {}, { browser: await others.signIn(server, 'mallory') }),
    'with another session in the same browser': async ({ page }) => {
      const browser = jar.copy();
      const mallory = await others.signIn(server, 'mallory');
      browser.set('gatehouse_session', mallory.get('gatehouse_session')!);
      return sendDecision(page, {}, { browser });
    },
    'in another browser of the same person': async ({ page }) =>
      sendDecision(page, {}, { browser: await signedIn(server) }),
    'without cookies': ({ page }) => sendDecision(page, {}, { browser: new CookieJar() }),
    'from another origin': ({ page }) => sendDecision(page, {}, { headers: { origin: 'https://evil.test' } }),
    'from another site': ({ page }) =>
      sendDecision(page, {}, { headers: { 'sec-fetch-site': 'cross-site' } }),
    'from a page without an origin': ({ page }) => sendDecision(page, {}, { headers: { origin: 'null' } }),
  };

  it.each(Object.entries(refusals))('%s is refused', async (_how, attempt) => {
    const about = await asked();
    const answer = await attempt(about);
    expect(answer.status).toBe(403);
    expect(answer.headers['x-decision-id']).toEqual(expect.any(String));
    expectPersonalPage(answer);
    await expectStillWaiting(about);
    // The control: the same form as it was given.
    expect(textOf((await sendDecision(about.page)).text)).toMatch(DONE);
  });

  it.each([
    ['neither yes nor no', { decision: 'yes' }],
    ['both', { decision: ['approve', 'deny'] }],
    ['no decision at all', { decision: null }],
    ['no code', { user_code: null }],
    ['two codes', { user_code: ['BCDFGHJK', 'BCDFGHJK'] }],
    ['no scopes', { scope: null }],
  ] as const)('with %s is refused', async (_what, over) => {
    const about = await asked();
    const answer = await sendDecision(about.page, over as Record<string, string | string[] | null>);
    expect(answer.status).toBe(400);
    expectPersonalPage(answer);
    await expectStillWaiting(about);
  });

  it('as JSON or text is refused', async () => {
    const about = await asked();
    const body = JSON.stringify({ ...fieldsOf(about.page), decision: 'approve' });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const answer = await raw(
        server,
        'POST /device/decision',
        [`Content-Type: ${type}`, cookieLine(server, jar), `Origin: ${server.url}`],
        body,
      );
      expect([type, [400, 403, 415].includes(answer.status)]).toEqual([type, true]);
    }
    await expectStillWaiting(about);
  });

  it('comes too late when the person signed out, and leads to the sign-in', async () => {
    const browser = await signedIn(server);
    const device = await start(server, client);
    const page = await type(server, browser, device.user_code);
    const session = browser.get('gatehouse_session')!;
    const account = await get(`${server.base}/account`, { cookies: browser });
    await submitForm(server, account, formOf(account.text, '/logout'), { cookies: browser });
    browser.set('gatehouse_session', session);
    const answer = await sendDecision(page, {}, { browser });
    expect([answer.status, answer.location!.pathname]).toEqual([303, '/login']);
    await expectStillWaiting(device);
  });

  it('counts once: a second one says that the code does not work', async () => {
    const about = await asked();
    expect((await sendDecision(about.page, { decision: 'deny' })).status).toBe(200);
    const again = await sendDecision(about.page);
    expect([again.status, textOf(again.text).includes('This code does not work.')]).toEqual([400, true]);
    expect(refusalOf(await poll(server, about))).toEqual([400, 'access_denied']);
  });

  it('is no use for the form into which codes are typed', async () => {
    const device = await start(server, client);
    for (const [csrf, headers] of [
      ['', { origin: server.url }],
      [
        formOf((await openPage(server, jar)).text, '/device').hidden['csrf']!,
        { origin: 'https://evil.test' },
      ],
    ] as const) {
      const answer = await post(`${server.base}/device`, {
        cookies: jar,
        form: { user_code: device.user_code, csrf },
        headers,
      });
      expect(answer.status).toBe(403);
      expect(answer.text).not.toContain(client.clientId);
    }
    expect(refusalOf(await poll(server, device))).toEqual(PENDING);
  });
});

describe('names', () => {
  it('of clients and people are text and nothing else', async () => {
    const name = '"><img src=x onerror=alert(1)><script>alert(2)</script>\u202egnp';
    const own = await deviceClient(server, { name });
    const { page, ...device } = await asked(own);
    const done = await press(server, jar, page, 'approve');
    for (const { text, headers } of [page, done]) {
      expect(text).not.toMatch(/<img|<script|\u202e/);
      expect(textOf(text)).toContain('<img src=x onerror=alert(1)>');
      expect(headers['content-security-policy']).toContain("default-src 'none'");
    }
    expect((await poll(server, device)).status).toBe(200);
  });

  it('that are long stay short', async () => {
    const { page } = await asked(await deviceClient(server, { name: 'W'.repeat(200) }));
    expect(page.text).not.toContain('W'.repeat(100));
  });
});

describe('guessing codes', () => {
  it('is stopped per account from however many addresses, the right code too', async () => {
    const [device, browser] = [
      await start(tight, await deviceClient(tight)),
      await others.signIn(tight, 'ann'),
    ];
    const guess = (code: string, address: string) =>
      type(tight, browser, code, { 'x-forwarded-for': address });
    for (let index = 0; index < 5; index++)
      expect((await guess('BBBB-BBBB', `203.0.113.${index}`)).status).toBe(400);
    const stopped = await guess(device.user_code, '198.51.100.7');
    expect(stopped.status).toBe(429);
    expect(Number(stopped.headers['retry-after'])).toBeGreaterThan(0);
    expectPersonalPage(stopped);
    const [event] = await events(tight, { type: 'http.request.handled', outcome: 'throttled' });
    expect(event!.outcome).toMatchObject({ reason_code: 'throttled_device_user_code' });
    // A new browser of the same person is the same person.
    const fresh = await others.signIn(tight, 'ann');
    const again = await type(tight, fresh, device.user_code, { 'x-forwarded-for': '198.51.100.8' });
    expect(again.status).toBe(429);
    expect(refusalOf(await poll(tight, device))).toEqual(PENDING);
  });

  it('many at once are no more than one after the other', async () => {
    const browser = await others.signIn(tight, 'bob');
    const form = formOf((await openPage(tight, browser)).text, '/device');
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        post(`${tight.base}/device`, {
          cookies: browser,
          form: { ...form.hidden, user_code: 'BBBB-BBBB' },
          headers: { origin: tight.url, 'x-forwarded-for': `192.0.2.${index}` },
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(35);
  });

  it('is stopped per address from however many browsers, and no header gives more', async () => {
    const at = await startServer({
      config: {
        limits: {
          ...ROOMY_DEVICES,
          deviceUserCode: { ...ROOMY_DEVICES.deviceUserCode, address: { points: 4, seconds: 60 } },
        },
      },
    });
    const browsers = [await signedIn(at), await signedIn(at)];
    const statuses = [];
    for (let index = 0; index < 6; index++) {
      const forged = `203.0.113.${index}`;
      const headers = {
        'x-forwarded-for': forged,
        'x-real-ip': forged,
        forwarded: `for=${forged}`,
        'cf-connecting-ip': forged,
      };
      statuses.push((await type(at, browsers[index % 2]!, 'BBBB-BBBB', headers)).status);
    }
    expect(statuses).toEqual([400, 400, 400, 400, 429, 429]);
  });

  it('behind a proxy is stopped for who guesses, not for others', async () => {
    const [cid, dan] = [await others.signIn(tight, 'cid'), await others.signIn(tight, 'dan')];
    const from = async (browser: CookieJar, address: string) =>
      (await type(tight, browser, 'BBBB-BBBB', { 'x-forwarded-for': address })).status;
    for (let index = 0; index < 4; index++) expect(await from(cid, '203.0.113.101')).toBe(400);
    expect(await from(cid, '203.0.113.101')).toBe(429);
    expect(await from(dan, '198.51.100.9, 203.0.113.101')).toBe(429);
    expect(await from(dan, '203.0.113.102')).toBe(400);
  });

  it('needs somebody who is signed in', async () => {
    const device = await start(server, client);
    const browser = new CookieJar();
    // Any page gives a browser its cookie.
    await get(`${server.base}/login`, { cookies: browser });
    const answer = await post(`${server.base}/device`, {
      cookies: browser,
      form: { user_code: device.user_code },
      headers: { origin: server.url },
    });
    expect(answer.status).toBe(403);
    await signIn(server, browser);
    expect((await type(server, browser, device.user_code)).status).toBe(200);
  });

  it('is not made easier by looking at the page', async () => {
    const browser = await others.signIn(tight, 'eli');
    const far = { 'x-forwarded-for': '203.0.113.201' };
    for (let index = 0; index < 6; index++)
      expect((await openPage(tight, browser, '?user_code=BBBB-BBBB')).status).toBe(200);
    expect((await type(tight, browser, 'BBBB-BBBB', far)).status).toBe(400);
  });
});
