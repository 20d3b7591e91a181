import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import {
  authorizeUrl,
  exchange,
  registerClient,
  signIn,
  submitForm,
  tokensOf,
  type TestClient,
} from '../support/actors.js';
import { FakeIdp } from '../support/fake-idp.js';
import { formsOf, textOf } from '../support/html.js';
import { CookieJar, get, post, type HttpResponse } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { lastRejection, leaveFor, signedInAs } from './sign-in.js';

const SECRET = 'a-secret-shared-with-the-provider';
const VERIFIER = 'v'.repeat(43);
const SSO = 'urn:gatehouse:acr:sso';

const idp = new FakeIdp('gatehouse', SECRET);
let server: TestServer;
let client: TestClient;
let people = 0;

const ago = (seconds: number): number => Math.floor(Date.now() / 1_000) - seconds;

beforeAll(async () => {
  await idp.start();
  const provider = { kind: 'oidc', issuer: idp.issuer, clientId: 'gatehouse', clientSecret: SECRET };
  server = await startServer({
    config: {
      identityProviders: [
        { id: 'corporate', ...provider, domains: ['example.com'] },
        { id: 'lenient', ...provider, freshSignIn: 'assumed', domains: ['example.com'] },
        {
          id: 'workspace',
          ...provider,
          hostedDomain: 'example.com',
          prompt: 'select_account',
          authorizationParameters: { access_type: 'online' },
        },
        {
          id: 'odd',
          ...provider,
          trustEmail: true,
          allowedDomains: ['example.com'],
          mapping: { email: 'upn', emailVerified: 'profile.sure', name: ['profile.full'] },
        },
      ],
    },
  });
  client = await registerClient(server);
});
afterAll(() => idp.stop());
beforeEach(() => {
  idp.misbehaviour = {};
  idp.claims = { sub: `f-${++people}`, email: `f-${people}@example.com`, email_verified: true };
});

const asks = (extra: Record<string, string>): string =>
  authorizeUrl(server, client, { scope: 'openid mcp:tools:read', extra }, VERIFIER).href;

/** The same request, pushed by the client first: nobody can change it on the way. */
async function pushed(extra: Record<string, string>): Promise<string> {
  const answer = await post(`${server.base}/oauth2/par`, { form: new URL(asks(extra)).searchParams });
  const query = { client_id: client.clientId, request_uri: answer.json().request_uri as string };
  return `${server.base}/oauth2/authorize?${new URLSearchParams(query).toString()}`;
}

/** Follows redirects here until a page is shown or the browser is sent away. */
async function follow(url: string | URL, cookies: CookieJar): Promise<HttpResponse> {
  let response = await get(url, { cookies });
  while (response.location?.origin === server.origin) response = await get(response.location, { cookies });
  return response;
}

/** Where a button of the sign-in page leads. */
function wayOf(page: HttpResponse, id: string): string {
  const href = new RegExp(`href="/sso/(${id}[^"]*)"`).exec(page.text)?.[1];
  if (href === undefined) throw new Error(`No button of ${id}: ${textOf(page.text)}`);
  return href.replaceAll('&amp;', '&');
}

/** From the sign-in page through the provider and back. */
async function through(page: HttpResponse, cookies: CookieJar, id = 'corporate'): Promise<HttpResponse> {
  return follow(idp.answer(await leaveFor(server, cookies, wayOf(page, id))), cookies);
}

/** Says yes, and answers what the id_token says. */
async function claimsAfterConsent(page: HttpResponse, cookies: CookieJar): Promise<Record<string, unknown>> {
  const [form] = formsOf(page.text);
  const away = await submitForm(server, page, form!, { cookies, values: { decision: 'approve' } });
  const code = away.location!.searchParams.get('code')!;
  return decodeJwt(tokensOf(await exchange(server, client, code, VERIFIER)).id_token as string);
}

const isConsent = (page: HttpResponse): boolean => new URL(page.url).pathname === '/consent';

describe.each([
  ['that a browser brings', (extra: Record<string, string>) => Promise.resolve(asks(extra))],
  ['that was pushed', pushed],
])('a request %s', (_how, request) => {
  it('for a new sign-in asks the provider for one, and takes one that is new', async () => {
    const jar = new CookieJar();
    const page = await follow(await request({ prompt: 'login' }), jar);
    const away = await leaveFor(server, jar, wayOf(page, 'corporate'));
    expect(Object.fromEntries(away.searchParams)).toMatchObject({ prompt: 'login', max_age: '0' });
    // A clock that is behind is no reason to ask again for ever.
    idp.claims['auth_time'] = ago(10);
    expect(isConsent(await follow(idp.answer(away), jar))).toBe(true);
  });

  it.each([
    ['an old one', () => ago(600), 'sign_in_not_fresh'],
    ['one that does not say when', () => undefined, 'sign_in_time_missing'],
  ])('for a new sign-in refuses %s, and offers other ways', async (_what, authTime, code) => {
    const jar = new CookieJar();
    const page = await follow(await request({ prompt: 'login' }), jar);
    idp.claims['auth_time'] = authTime();
    const back = await through(page, jar);
    expect(textOf(back.text)).toContain('The app wants you to sign in anew');
    expect(wayOf(back, 'corporate')).toContain('max_age=0');
    expect(await signedInAs(server, jar)).toBeUndefined();
    expect((await lastRejection(server))!.details).toMatchObject({ provider: 'corporate', code });
  });

  it('for a sign-in of some age takes one of that age, tells the app when it was, and refuses an older one', async () => {
    const jar = new CookieJar();
    const page = await follow(await request({ max_age: '900' }), jar);
    const away = await leaveFor(server, jar, wayOf(page, 'corporate'));
    expect(away.searchParams.get('max_age')).toBe('900');
    expect(away.searchParams.has('prompt')).toBe(false);
    idp.claims['auth_time'] = ago(2_000);
    const refused = await follow(idp.answer(away), jar);
    expect(textOf(refused.text)).toContain('The app wants you to sign in anew');
    const authTime = ago(300);
    idp.claims['auth_time'] = authTime;
    const back = await through(refused, jar);
    expect(await claimsAfterConsent(back, jar)).toMatchObject({ auth_time: authTime, acr: SSO });
  });

  it('for a choice of accounts lets the person choose at the provider, once', async () => {
    const jar = new CookieJar();
    await signIn(server, jar);
    const page = await follow(await request({ prompt: 'select_account' }), jar);
    const away = await leaveFor(server, jar, wayOf(page, 'corporate'));
    expect(away.searchParams.get('prompt')).toBe('select_account');
    idp.claims['auth_time'] = ago(7_200);
    expect(isConsent(await follow(idp.answer(away), jar))).toBe(true);
  });

  it.each([SSO, 'urn:gatehouse:acr:password'])(
    'for the level %s asks once, however long ago the person signed in there',
    async (acr) => {
      const jar = new CookieJar();
      if (acr === SSO) await signIn(server, jar);
      const page = await follow(await request({ acr_values: acr }), jar);
      idp.claims['auth_time'] = ago(7_200);
      // It is a wish: whoever comes in another way goes on.
      expect(isConsent(await through(page, jar))).toBe(true);
    },
  );

  it('with a hint gives it to the provider', async () => {
    const jar = new CookieJar();
    const page = await follow(await request({ login_hint: 'ann@example.com' }), jar);
    const away = await leaveFor(server, jar, wayOf(page, 'corporate'));
    expect(away.searchParams.get('login_hint')).toBe('ann@example.com');
  });
});

describe('a demand of an app', () => {
  it('that was pushed is not met by a sign-in that knew nothing of it', async () => {
    const jar = new CookieJar();
    const url = await pushed({ prompt: 'login' });
    await follow(url, jar);
    idp.claims['auth_time'] = ago(600);
    await get(idp.answer(await leaveFor(server, jar, 'corporate')), { cookies: jar });
    expect(await signedInAs(server, jar)).toBe(idp.claims['email']);
    expect(new URL((await follow(url, jar)).url).pathname).toBe('/login');
  });

  it('is taken to be met where the installer said so', async () => {
    const jar = new CookieJar();
    const page = await follow(await pushed({ prompt: 'login' }), jar);
    expect(isConsent(await through(page, jar, 'lenient'))).toBe(true);
  });

  it.each(['-1', '1e3', '99999999999', 'soon'])('of the age %s is nobody’s', async (age) => {
    const away = await leaveFor(server, new CookieJar(), `corporate?max_age=${age}`);
    expect(away.searchParams.has('max_age')).toBe(false);
  });
});

describe('what a provider is asked', () => {
  it('is what the installer wants asked every time, unless more is needed', async () => {
    const usual = await leaveFor(server, new CookieJar(), 'workspace');
    expect(Object.fromEntries(usual.searchParams)).toMatchObject({
      hd: 'example.com',
      prompt: 'select_account',
      access_type: 'online',
    });
    const anew = await leaveFor(server, new CookieJar(), 'workspace?max_age=0&choose=account');
    expect(anew.searchParams.get('prompt')).toBe('login select_account');
  });

  it('is nothing that somebody wrote into the address', async () => {
    const away = await leaveFor(
      server,
      new CookieJar(),
      'workspace?hd=evil.test&prompt=none&scope=all&redirect_uri=https://evil.test&state=x&login_hint=a%0Ab',
    );
    expect(away.href).not.toContain('evil');
    expect(away.searchParams.get('scope')).toBe('openid profile email');
    expect(away.searchParams.has('login_hint')).toBe(false);
  });
});

describe('a provider of one organisation', () => {
  it.each([
    ['another', { hd: 'evil.test' }],
    ['none', {}],
    ['one in a list', { hd: ['example.com'] }],
  ])('lets nobody in whose id_token names %s', async (_what, claims) => {
    const jar = new CookieJar();
    Object.assign(idp.claims, claims);
    // What the answer's address says proves nothing.
    idp.misbehaviour = { response: { hd: 'example.com' }, userinfo: { hd: 'example.com' } };
    const refused = await get(idp.answer(await leaveFor(server, jar, 'workspace')), { cookies: jar });
    expect([refused.status, textOf(refused.text)]).toEqual([
      403,
      expect.stringContaining('This account is not let in'),
    ]);
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'hosted_domain_not_allowed' });
  });

  it('lets its own people in', async () => {
    const jar = new CookieJar();
    idp.claims['hd'] = 'EXAMPLE.com';
    await get(idp.answer(await leaveFor(server, jar, 'workspace')), { cookies: jar });
    expect(await signedInAs(server, jar)).toBe(idp.claims['email']);
  });
});

describe('a provider that names things in its own way', () => {
  const come = async (claims: Record<string, unknown>) => {
    const jar = new CookieJar();
    idp.claims = { sub: `o-${people}`, upn: `o-${people}@example.com`, ...claims };
    await get(idp.answer(await leaveFor(server, jar, 'odd')), { cookies: jar });
    return signedInAs(server, jar);
  };

  it('is understood, and believed where it says nothing of an address', async () => {
    expect(await come({ profile: { full: 'Olga' }, email: 'elsewhere@evil.test' })).toBe(
      `o-${people}@example.com`,
    );
  });

  it('is believed when it says that an address is not verified', async () => {
    expect(await come({ profile: { sure: false } })).toBeUndefined();
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'domain_not_allowed' });
  });
});
