import { generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  attemptAuthorize,
  connect,
  refresh,
  registerClient,
  submitForm,
  tokensOf,
  type Connection,
  type TestClient,
} from '../support/actors.js';
import { formOf, formsOf, textOf } from '../support/html.js';
import { CookieJar, get, post, request, type HttpResponse } from '../support/http.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  asOperator,
  authorizeQuery,
  claimsOf,
  connectIn,
  events,
  mcpStatus,
  refusalOf,
  ROOMY,
  signedIn,
} from './harness.js';
import { decide, deviceClient, poll, start } from './device-harness.js';
import { SecondPeople } from './second-person.js';

const BYE = 'https://app.example/bye';

let server: TestServer;
let client: TestClient;
const people = new SecondPeople();

beforeAll(async () => {
  const identityProviders = await people.start();
  server = await startServer({ config: { limits: ROOMY, identityProviders } });
  client = await appWith([BYE, 'https://app.example/bye?from=app', 'http://127.0.0.1/bye']);
});
afterAll(() => people.stop());

const appWith = (post_logout_redirect_uris: string[], over = {}): Promise<TestClient> =>
  registerClient(server, { redirect_uris: ['https://app.example/cb'], post_logout_redirect_uris, ...over });

const url = (): string => `${server.base}/oauth2/logout`;
type Parameters = Record<string, string>;

const ask = (jar: CookieJar, parameters: Parameters, at = server): Promise<HttpResponse> =>
  get(`${at.base}/oauth2/logout?${new URLSearchParams(parameters).toString()}`, { cookies: jar });

const isIn = async (jar: CookieJar, at = server): Promise<boolean> =>
  (await get(`${at.base}/account`, { cookies: jar.copy() })).status === 200;

/** A browser in which somebody signed in at an app, with the id_token that it got. */
async function atApp(jar?: CookieJar, of = client): Promise<Connection & { hint: string }> {
  const connection = await connectIn(server, jar ?? (await signedIn(server)), {
    client: of,
    scope: 'openid',
    resource: null,
  });
  return { ...connection, hint: connection.tokens.id_token! };
}

const confirm = (jar: CookieJar, page: HttpResponse, values: Parameters = {}): Promise<HttpResponse> =>
  submitForm(server, page, formOf(page.text, '/logout'), { cookies: jar, values });

/** The page that asks, with nobody signed out. */
async function expectAsked(jar: CookieJar, page: HttpResponse, what: string): Promise<void> {
  expect([what, page.status, page.headers.location]).toEqual([what, 200, undefined]);
  expect([what, formsOf(page.text).length]).toEqual([what, 1]);
  expect([what, await isIn(jar)]).toEqual([what, true]);
}

describe('an app that proves who asks', () => {
  it('has the person signed out without a question and sent back with its state', async () => {
    for (const [post_logout_redirect_uri, expected] of [
      [BYE, `${BYE}?state=a%26b%3Dc%0D%0A%3Cx%3E`],
      ['https://app.example/bye?from=app', 'https://app.example/bye?from=app&state=a%26b%3Dc%0D%0A%3Cx%3E'],
      ['http://127.0.0.1:51234/bye', 'http://127.0.0.1:51234/bye?state=a%26b%3Dc%0D%0A%3Cx%3E'],
    ] as const) {
      const { jar, hint } = await atApp();
      const before = jar.copy();
      const answer = await ask(jar, {
        id_token_hint: hint,
        client_id: client.clientId,
        post_logout_redirect_uri,
        state: 'a&b=c\r\n<x>',
      });
      expect([answer.status, answer.headers.location]).toEqual([303, expected]);
      expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
      expect(jar.get('gatehouse_session')).toBeUndefined();
      expect(await isIn(before)).toBe(false);
    }
  });

  it('may post the same, and leave out what it does not need', async () => {
    const posted = await atApp();
    const answer = await post(url(), {
      cookies: posted.jar,
      form: {
        id_token_hint: posted.hint,
        post_logout_redirect_uri: BYE,
        logout_hint: '<script>alert(1)</script>',
        ui_locales: 'de',
      },
    });
    expect([answer.status, answer.headers.location]).toEqual([303, BYE]);
    const bare = await atApp();
    const page = await ask(bare.jar, { id_token_hint: bare.hint });
    expect([page.status, page.headers.location]).toEqual([200, undefined]);
    for (const jar of [posted.jar, bare.jar]) expect(await isIn(jar)).toBe(false);
  });

  it('may prove it with an id_token that has expired', async () => {
    const short = await startServer({ config: { limits: ROOMY, lifetimes: { idToken: '1s' } } });
    const app = await registerClient(short, {
      redirect_uris: ['https://app.example/cb'],
      post_logout_redirect_uris: [BYE],
    });
    const { jar, tokens } = await connect(short, { client: app, scope: 'openid', resource: null });
    await sleep(1_500);
    expect(Number(claimsOf(tokens.id_token!)['exp'])).toBeLessThan(Date.now() / 1_000);
    const answer = await ask(jar, { id_token_hint: tokens.id_token!, post_logout_redirect_uri: BYE }, short);
    expect([answer.status, answer.headers.location]).toEqual([303, BYE]);
    expect(await isIn(jar, short)).toBe(false);
  });

  it('may prove it with an id_token from before the person signed in again at this browser', async () => {
    const { jar, hint } = await atApp();
    const again = await attemptAuthorize(server, client, {
      jar,
      scope: 'openid',
      resource: null,
      extra: { prompt: 'login' },
    });
    expect('code' in again && again.pages).toContain('/login');
    const answer = await ask(jar, { id_token_hint: hint, post_logout_redirect_uri: BYE });
    expect([answer.status, answer.headers.location]).toEqual([303, BYE]);
    expect(await isIn(jar)).toBe(false);
  });

  it('is sent back when nobody is signed in any more', async () => {
    const { jar, hint } = await atApp();
    for (let time = 0; time < 2; time++) {
      const answer = await ask(jar, { id_token_hint: hint, post_logout_redirect_uri: BYE, state: 'x' });
      expect([answer.status, answer.headers.location]).toEqual([303, `${BYE}?state=x`]);
    }
  });

  it('cannot have it done by a look', async () => {
    const { jar, hint } = await atApp();
    const query = new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: BYE }).toString();
    const answer = await request('HEAD', `${url()}?${query}`, { cookies: jar });
    expect(answer.status).toBe(405);
    expect(await isIn(jar)).toBe(true);
  });

  it('comes back to us by GET when its form is from another site, because our cookie does not', async () => {
    const { jar, hint } = await atApp();
    const cross = await post(url(), {
      form: { id_token_hint: hint, post_logout_redirect_uri: BYE, state: 's' },
      headers: { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' },
    });
    expect([cross.status, cross.location?.pathname]).toEqual([303, '/oauth2/logout']);
    expect(await isIn(jar)).toBe(true);
    const answer = await get(cross.location!, { cookies: jar });
    expect([answer.status, answer.headers.location]).toEqual([303, `${BYE}?state=s`]);
    expect(await isIn(jar)).toBe(false);
  });
});

describe('without that proof', () => {
  const forged = (hint: string): Record<string, string> => {
    const [header = '', payload = '', signature = ''] = hint.split('.');
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = claimsOf(hint);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
    const own = (head: object) => {
      const input = `${encode(head)}.${payload}`;
      return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
    };
    const kid = (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid;
    return {
      'alg none': `${encode({ alg: 'none' })}.${payload}.`,
      'alg none with the type': `${encode({ alg: 'none', typ: 'JWT', kid })}.${payload}.${signature}`,
      'another key': own({ alg: 'ES256', typ: 'JWT', kid }),
      'a key of its own': own({
        alg: 'ES256',
        typ: 'JWT',
        jwk: privateKey.export({ format: 'jwk' }),
      }),
      'another claim': `${header}.${encode({ ...claims, extra: 1 })}.${signature}`,
      'no signature': `${header}.${payload}.`,
      garbage: 'a.b.c',
      'very long': 'x'.repeat(9_000),
    };
  };

  it('the person is asked, whatever the hint says', async () => {
    const { jar, hint, tokens } = await atApp();
    const mallory = await atApp(await people.signIn(server, 'mallory'));
    const elsewhere = await atApp();
    const hints: Record<string, Parameters> = {
      ...Object.fromEntries(
        Object.entries(forged(hint)).map(([what, one]) => [what, { id_token_hint: one }]),
      ),
      'of another person': { id_token_hint: mallory.hint },
      'of another browser of the same person': { id_token_hint: elsewhere.hint },
      'an access token': { id_token_hint: tokens.access_token },
      'for another client': { id_token_hint: hint, client_id: (await appWith([BYE])).clientId },
      'for no client there is': { id_token_hint: hint, client_id: 'nobody' },
      'no hint': {},
      'a hostile logout_hint': { logout_hint: '"><script>alert(1)</script>' },
    };
    for (const [what, parameters] of Object.entries(hints)) {
      const full = { ...parameters, post_logout_redirect_uri: BYE, state: 'x' };
      await expectAsked(jar, await ask(jar, full), what);
      await expectAsked(jar, await post(url(), { cookies: jar, form: full }), `${what}, posted`);
    }
    expect((await ask(jar, hints['a hostile logout_hint']!)).text).not.toContain('alert(1)');
    // What was good all the time.
    expect((await ask(jar, { id_token_hint: hint, post_logout_redirect_uri: BYE })).status).toBe(303);
    for (const browser of [mallory.jar, elsewhere.jar]) expect(await isIn(browser)).toBe(true);
  });

  it('the person who says yes is sent to an app that is known by its id and its registered address', async () => {
    const { jar } = await atApp();
    const page = await ask(jar, { client_id: client.clientId, post_logout_redirect_uri: BYE, state: 'a b' });
    await expectAsked(jar, page, 'client_id');
    expect(page.headers['content-security-policy']).toContain("form-action 'self' https://app.example;");
    const answer = await confirm(jar, page);
    expect([answer.status, answer.headers.location]).toEqual([303, `${BYE}?state=a+b`]);
    expect(await isIn(jar)).toBe(false);
  });

  it('the person who says yes to another person’s app is signed out and taken there', async () => {
    const { hint } = await atApp(await people.signIn(server, 'mallory'));
    const jar = await signedIn(server);
    const page = await ask(jar, { id_token_hint: hint, post_logout_redirect_uri: BYE });
    await expectAsked(jar, page, 'of another person');
    expect((await confirm(jar, page)).headers.location).toBe(BYE);
    expect(await isIn(jar)).toBe(false);
  });

  it('the form cannot be changed to lead elsewhere', async () => {
    for (const values of [
      { post_logout_redirect_uri: 'https://evil.test/' },
      { client_id: 'nobody' },
      { client_id: '' },
      { id_token_hint: 'a.b.c' },
    ] as Parameters[]) {
      const { jar } = await atApp();
      const page = await ask(jar, { client_id: client.clientId, post_logout_redirect_uri: BYE });
      const answer = await confirm(jar, page, values);
      expect([values, answer.status, answer.headers.location]).toEqual([values, 200, undefined]);
      expect(await isIn(jar)).toBe(false);
    }
  });

  it('nobody who is not signed in is taken anywhere by an app that only registered itself', async () => {
    const parameters = { client_id: client.clientId, post_logout_redirect_uri: BYE, state: 'x' };
    const page = await ask(new CookieJar(), parameters);
    expect([page.status, page.headers.location]).toEqual([200, undefined]);
    expect(page.text).toContain(`href="${BYE}?state=x"`);
    expect(textOf(page.text)).toContain('Continue to app.example');
    await asOperator(server, 'POST', `/clients/${encodeURIComponent(client.clientId)}/approve`, { json: {} });
    const answer = await ask(new CookieJar(), parameters);
    expect([answer.status, answer.headers.location]).toEqual([303, `${BYE}?state=x`]);
  });
});

describe('the way back', () => {
  it('leads to nothing that was not registered, byte for byte', async () => {
    const known = await appWith([BYE, 'http://127.0.0.1:4000/bye']);
    const { jar, hint } = await atApp(undefined, known);
    for (const post_logout_redirect_uri of [
      'https://app.example/bye/',
      'https://app.example/bye2',
      'https://app.example/by',
      'https://app.example/BYE',
      'https://APP.example/bye',
      'https://app.example:443/bye',
      'https://app.example:8443/bye',
      'http://app.example/bye',
      'https://app.example/bye?x=1',
      'https://app.example/bye#',
      'https://app.example/bye#x',
      'https://app.example/bye%00',
      'https://app.example/x/../bye',
      'https://app.example/bye/../x',
      'https://app.example/bye/..;/x',
      'https://app.example/bye%2f..%2fx',
      'https://evil.test/app.example/bye',
      'https://app.example/./bye',
      'https://app.example//bye',
      'https://app.example\\bye',
      'https://app.example/bye ',
      ' https://app.example/bye',
      'https://app.example/bye\r\nSet-Cookie: a=b',
      'https://app.example/%62ye',
      'https://sub.app.example/bye',
      'https://app.example.evil.test/bye',
      'https://app.example@evil.test/bye',
      'https://evil.test/?https://app.example/bye',
      'https://evil.test',
      '//evil.test',
      '/\\evil.test',
      'javascript:alert(1)',
      'data:text/html,x',
      'https://app.example/cb',
      'http://127.0.0.1:4000/other',
      'http://127.0.0.2:4000/bye',
      'http://localhost:4000/bye',
      'http://127.0.0.1:4000@evil.test/bye',
      'x'.repeat(3_000),
    ]) {
      const nobody = await ask(new CookieJar(), {
        id_token_hint: hint,
        post_logout_redirect_uri,
        state: 'x',
      });
      expect([post_logout_redirect_uri, nobody.status, nobody.headers.location]).toEqual([
        post_logout_redirect_uri,
        200,
        undefined,
      ]);
      expect(nobody.text).not.toContain('evil.test');
      const asked = await ask(jar, { client_id: known.clientId, post_logout_redirect_uri });
      await expectAsked(jar, asked, post_logout_redirect_uri);
      expect(formOf(asked.text, '/logout').hidden).toEqual({ csrf: expect.any(String) });
    }
    const anyPort = { id_token_hint: hint, post_logout_redirect_uri: 'http://127.0.0.1:51111/bye' };
    expect((await ask(jar, anyPort)).headers.location).toBe('http://127.0.0.1:51111/bye');
  });

  it('needs a client that is known and not suspended', async () => {
    const bad = await appWith([BYE]);
    const { hint } = await atApp(undefined, bad);
    const parameters = { id_token_hint: hint, post_logout_redirect_uri: BYE };
    expect((await ask(new CookieJar(), parameters)).status).toBe(303);
    expect((await ask(new CookieJar(), { post_logout_redirect_uri: BYE })).status).toBe(200);
    await asOperator(server, 'POST', `/clients/${encodeURIComponent(bad.clientId)}/suspend`, { json: {} });
    const page = await ask(new CookieJar(), parameters);
    expect([page.status, page.headers.location]).toEqual([200, undefined]);
    expect(page.text).not.toContain(BYE);
  });

  it('is not asked for twice', async () => {
    const { jar, hint } = await atApp();
    for (const query of [
      `id_token_hint=${hint}&id_token_hint=${hint}`,
      `id_token_hint=${hint}&post_logout_redirect_uri=${BYE}&post_logout_redirect_uri=https://evil.test`,
      `id_token_hint=${hint}&client_id=a&client_id=b`,
      `id_token_hint=${hint}&state=%00`,
    ]) {
      const answer = await get(`${url()}?${query}`, { cookies: jar });
      expect([query.slice(-40), answer.status, answer.headers.location]).toEqual([
        query.slice(-40),
        400,
        undefined,
      ]);
      expect(answer.headers['content-type']).toContain('text/html');
    }
    expect(await isIn(jar)).toBe(true);
  });
});

describe('what ends with the session', () => {
  const userinfo = async ({ tokens }: Connection, at = server): Promise<number> =>
    (
      await get(`${at.base}/oauth2/userinfo`, {
        headers: { authorization: `Bearer ${tokens.access_token}` },
      })
    ).status;

  it('is what an app was allowed only while the person is there, at once', async () => {
    const jar = await signedIn(server);
    const online = await atApp(jar);
    const offline = await connectIn(server, jar, { client, scope: 'openid offline_access', resource: null });
    const agent = await connectIn(server, jar, { client, scope: 'openid mcp:tools:read' });
    const operator = await connectIn(server, jar, {
      client,
      scope: 'openid',
      resource: `${server.url}/admin`,
    });
    const other = await atApp();
    expect([await userinfo(online), await userinfo(offline), await userinfo(other)]).toEqual([200, 200, 200]);
    await ask(jar, { id_token_hint: online.hint });
    expect(await isIn(jar)).toBe(false);

    expect(await userinfo(online)).toBe(401);
    for (const { tokens } of [online, operator])
      expect(refusalOf(await refresh(server, client, tokens.refresh_token!))).toEqual([400, 'invalid_grant']);
    const [event] = await events(server, {
      type: 'revocation.applied',
      grant_id: String(claimsOf(online.tokens.access_token)['gid']),
    });
    expect(event).toMatchObject({ actor: { type: 'user' }, details: { reason: 'signed_out' } });

    expect(await userinfo(offline)).toBe(200);
    expect(await mcpStatus(server, agent.tokens.access_token)).toBe(200);
    for (const { tokens } of [offline, agent])
      expect((await refresh(server, client, tokens.refresh_token!)).status).toBe(200);
    expect(await userinfo(other)).toBe(200);
  });

  it('is everything without offline_access where a refresh token needs that scope', async () => {
    const strict = await startServer({
      config: { limits: ROOMY, policies: { clients: { refresh_without_offline_access: false } } },
    });
    const jar = await signedIn(strict);
    const online = await connect(strict, { jar, scope: 'openid mcp:tools:read' });
    const offline = await connect(strict, { jar, scope: 'openid mcp:tools:read offline_access' });
    await ask(jar, { id_token_hint: online.tokens.id_token! }, strict);
    expect(await mcpStatus(strict, online.tokens.access_token)).toBe(401);
    expect(await mcpStatus(strict, offline.tokens.access_token)).toBe(200);
    const next = await refresh(strict, offline.client, offline.tokens.refresh_token!);
    expect(next.status).toBe(200);
  });

  it('is what was given before the person signed in again at this browser, too', async () => {
    const first = await atApp();
    await attemptAuthorize(server, client, {
      jar: first.jar,
      scope: 'openid',
      resource: null,
      extra: { prompt: 'login' },
    });
    expect(await userinfo(first)).toBe(200);
    await ask(first.jar, { id_token_hint: first.hint });
    expect(await userinfo(first)).toBe(401);
  });

  it('is everything, from before that sign-in too, when an operator ends the session', async () => {
    const { jar } = await atApp();
    const before = await connectIn(server, jar, { client, scope: 'mcp:tools:read offline_access' });
    await attemptAuthorize(server, client, {
      jar,
      scope: 'openid',
      resource: null,
      extra: { prompt: 'login' },
    });
    const now = await atApp(jar);
    const untouched = await atApp();
    expect(await mcpStatus(server, before.tokens.access_token)).toBe(200);
    const { sid } = claimsOf(now.hint);
    const answer = await asOperator(server, 'DELETE', `/sessions/${String(sid)}`);
    expect(answer.status).toBe(200);
    expect(await mcpStatus(server, before.tokens.access_token)).toBe(401);
    expect([await userinfo(now), await userinfo(untouched)]).toEqual([401, 200]);
    const [event] = await events(server, { type: 'revocation.applied', session_id: String(sid) });
    expect(event).toMatchObject({ details: { sessions: 1 } });
  });

  it('is a code that was not redeemed yet', async () => {
    const { jar, hint } = await atApp();
    const pending = await attemptAuthorize(server, client, { jar, scope: 'mcp:tools:read' });
    if (!('code' in pending)) throw new Error('no code');
    await ask(jar, { id_token_hint: hint });
    const answer = await post(`${server.base}/oauth2/token`, {
      form: {
        grant_type: 'authorization_code',
        code: pending.code,
        code_verifier: pending.verifier,
        redirect_uri: client.redirectUri,
        client_id: client.clientId,
      },
    });
    expect(refusalOf(answer)).toEqual([400, 'invalid_grant']);
  });

  it('is what the person before was allowed, when somebody else signs in at the browser', async () => {
    const { jar, ...first } = await atApp();
    const before = jar.copy();
    await people.signIn(server, 'zoe', jar);
    expect(await isIn(before)).toBe(false);
    expect(await isIn(jar)).toBe(true);
    await sleep(600);
    expect(await userinfo({ jar, ...first })).toBe(401);
  });

  it('is not what a device was allowed, which is not at that browser', async () => {
    const { jar, hint } = await atApp();
    const device = await start(server, await deviceClient(server), { scope: 'openid' });
    await decide(server, jar, device);
    await ask(jar, { id_token_hint: hint });
    expect(await isIn(jar)).toBe(false);
    const tokens = tokensOf(await poll(server, device));
    expect(await userinfo({ client: device.client, tokens, jar })).toBe(200);
  });

  it('is every way to go on where the person was', async () => {
    const { jar, hint } = await atApp();
    const before = jar.copy();
    const consent = await get(
      `${server.base}/oauth2/authorize?${authorizeQuery(server, client, { prompt: 'consent' })}`,
      { cookies: before },
    );
    const page = consent.location ? await get(consent.location, { cookies: before }) : consent;
    const form = formOf(page.text, '/consent');
    await ask(jar, { id_token_hint: hint });
    for (const browser of [jar, before]) {
      const query = authorizeQuery(server, client, { prompt: 'none' });
      const silent = await get(`${server.base}/oauth2/authorize?${query}`, { cookies: browser });
      expect(silent.location?.searchParams.get('error')).toBe('login_required');
      const resumed = await submitForm(server, page, form, {
        cookies: browser,
        values: { decision: 'approve' },
      });
      expect(resumed.location?.searchParams.get('code') ?? null).toBeNull();
      expect(await isIn(browser)).toBe(false);
    }
    expect(page.headers['cache-control']).toBe('no-store');
  });
});

describe('discovery', () => {
  it('says where to sign out', async () => {
    const metadata = (await get(`${server.base}/.well-known/openid-configuration`)).json();
    expect(metadata).toMatchObject({
      end_session_endpoint: `${server.url}/oauth2/logout`,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    });
  });
});
