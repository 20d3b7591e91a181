import { generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  attemptAuthorize,
  authorize,
  exchange,
  registerClient,
  submitForm,
  tokensOf,
  type TestClient,
} from '../support/actors.js';
import { formOf, textOf, withoutOurScript } from '../support/html.js';
import { CookieJar, get, post, type HttpResponse } from '../support/http.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, startServer, type TestServer } from '../support/server.js';
import { authorizeQuery, claimsOf, ROOMY, signedIn, webClient } from './harness.js';
import { SecondPeople } from './second-person.js';

const people = new SecondPeople();
let server: TestServer;
let jar: CookieJar;
let client: TestClient;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY, identityProviders: await people.start() } });
  jar = await signedIn(server);
  client = await webClient(server, { client_name: 'Notes <b>app</b>' });
  await authorize(server, client, { jar, scope: 'openid mcp:tools:read' });
});
afterAll(() => people.stop());

type Over = Record<string, string | null>;

const ask = (over: Over, browser = jar, asker = client): Promise<HttpResponse> =>
  get(`${server.base}/oauth2/authorize?${authorizeQuery(server, asker, over)}`, { cookies: browser });

/** The sign-in page that a request leads to. */
async function loginPage(over: Over, browser = new CookieJar(), asker = client): Promise<HttpResponse> {
  const { location } = await ask(over, browser, asker);
  expect(location?.pathname).toBe('/login');
  return get(location!, { cookies: browser });
}

const errorOf = ({ location }: HttpResponse): string | null | undefined =>
  location?.searchParams.get('error');
const hasCode = ({ location }: HttpResponse): boolean => location?.searchParams.has('code') ?? false;

const emailIn = ({ text }: HttpResponse): string =>
  formOf(text, '/login').inputs.find(({ name }) => name === 'email')!.value;

describe('prompt=select_account', () => {
  it('offers the account that is signed in, and goes on with it by one click', async () => {
    const page = await loginPage({ prompt: 'select_account' }, jar);
    expect(textOf(page.text)).toContain('Continue as Admin');
    expect(textOf(page.text)).toContain(ADMIN_EMAIL);
    const href = /<a class="button primary wide" href="([^"]*)"/
      .exec(page.text)![1]!
      .replaceAll('&amp;', '&');
    const session = jar.get('gatehouse_session');
    expect(hasCode(await get(new URL(href, server.base), { cookies: jar }))).toBe(true);
    expect(jar.get('gatehouse_session')).toBe(session);
  });

  it('lets somebody else sign in instead', async () => {
    const browser = await signedIn(server);
    const page = await loginPage({ prompt: 'select_account' }, browser);
    const back = new URL(formOf(page.text, '/login').hidden['return_to']!, server.base);
    await people.signIn(server, 'grace', browser);
    const answer = await get(back, { cookies: browser });
    expect(answer.location!.pathname).toBe('/consent');
    expect(textOf((await get(answer.location!, { cookies: browser })).text)).toContain('grace@example.com');
  });

  it('is a sign-in where nobody is signed in, or where a sign-in is asked for as well', async () => {
    expect((await loginPage({ prompt: 'select_account' })).text).not.toContain('Continue as');
    expect((await loginPage({ prompt: 'select_account login' }, jar)).text).not.toContain('Continue as');
    expect((await loginPage({ prompt: 'login' }, jar)).text).not.toContain('Continue as');
  });

  it('comes before the consent page, once', async () => {
    const asker = await webClient(server);
    const outcome = await attemptAuthorize(server, asker, {
      jar: await signedIn(server),
      extra: { prompt: 'select_account consent' },
    });
    expect(outcome.pages).toEqual(['/login', '/consent']);
  });

  it('shows nobody to a page of somebody else that opens the sign-in page', async () => {
    const page = await get(`${server.base}/login?choose=account&return_to=https://evil.test/`, {
      cookies: jar,
    });
    expect(page.text).not.toContain('Continue as');
    expect(page.text).not.toContain('evil.test');
  });
});

describe('login_hint', () => {
  it('fills the e-mail field, and nothing but an address does', async () => {
    expect(emailIn(await loginPage({ login_hint: 'ada@example.com' }))).toBe('ada@example.com');
    for (const hint of ['ada', `${'x'.repeat(320)}@example.com`, ''])
      expect(emailIn(await loginPage({ login_hint: hint }))).toBe('');
  });

  it('is text, whatever is in it', async () => {
    const hostile = '"><script>alert(1)</script>@example.com';
    const page = await loginPage({ login_hint: hostile, display: '<svg>', ui_locales: '../../etc/passwd' });
    expect(emailIn(page)).toBe(hostile);
    expect(withoutOurScript(page.text)).not.toMatch(/<script|<svg>|root:/);
    expect(page.headers['content-security-policy']).not.toMatch(/unsafe|script-src (?!'self';)/);
    expect(page.headers['content-language']).toBe('en');
  });

  it('signs nobody in and is kept apart from the request', async () => {
    expect(hasCode(await ask({ login_hint: 'somebody.else@example.com' }))).toBe(true);
    const page = await loginPage({ login_hint: 'ada@example.com' });
    const again = await submitForm(server, page, formOf(page.text, '/login'), {
      cookies: new CookieJar(),
      values: { password: 'wrong' },
    });
    expect([401, 403]).toContain(again.status);
  });
});

describe('id_token_hint', () => {
  let hint: string;
  beforeAll(async () => {
    const { code, verifier } = await authorize(server, client, { jar, scope: 'openid mcp:tools:read' });
    hint = tokensOf(await exchange(server, client, code, verifier)).id_token!;
  });

  it('lets the person pass whom it names', async () => {
    expect(hasCode(await ask({ id_token_hint: hint }))).toBe(true);
    expect(hasCode(await ask({ id_token_hint: hint, prompt: 'none' }))).toBe(true);
  });

  it('signs nobody in by itself', async () => {
    expect(errorOf(await ask({ id_token_hint: hint, prompt: 'none' }, new CookieJar()))).toBe(
      'login_required',
    );
    await loginPage({ id_token_hint: hint });
  });

  it('gives nobody else a code, not even after a sign-in', async () => {
    const browser = await people.signIn(server, 'grace');
    expect(errorOf(await ask({ id_token_hint: hint, prompt: 'none' }, browser))).toBe('login_required');
    const page = await loginPage({ id_token_hint: hint }, browser);
    expect(textOf(page.text)).toContain('expects another account');
    const back = new URL(formOf(page.text, '/login').hidden['return_to']!, server.base);
    await people.signIn(server, 'grace', browser);
    expect((await get(back, { cookies: browser })).location!.pathname).toBe('/login');
    const right = await submitForm(server, page, formOf(page.text, '/login'), {
      cookies: browser.copy(),
      values: { email: ADMIN_EMAIL, password: ADMIN_PASSWORD },
    });
    expect([303, 403]).toContain(right.status);
  });

  it('is one of ours for this client, or the request is refused', async () => {
    const [header, payload, signature] = hint.split('.') as [string, string, string];
    const claims = claimsOf(hint);
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const forged = `${header}.${encode({ ...claims, sub: 'somebody' })}`;
    const own = sign('sha256', Buffer.from(forged), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const other = await webClient(server);
    await authorize(server, other, { jar, scope: 'openid' });
    const { code, verifier } = await authorize(server, other, { jar, scope: 'openid' });
    const foreign = tokensOf(await exchange(server, other, code, verifier));
    for (const id_token_hint of [
      'x',
      'a.b.c',
      '"><script>alert(1)</script>',
      `${header}.${payload}.`,
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      `${forged}.${signature}`,
      `${forged}.${own.toString('base64url')}`,
      `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`,
      foreign.id_token!,
      foreign.access_token,
      'x'.repeat(10_000),
    ]) {
      const answer = await ask({ id_token_hint });
      expect([id_token_hint.slice(0, 20), errorOf(answer)]).toEqual([
        id_token_hint.slice(0, 20),
        'invalid_request',
      ]);
    }
  });
});

describe('acr_values', () => {
  const PASSWORD = 'urn:gatehouse:acr:password';
  const MFA = 'urn:gatehouse:acr:mfa';
  const PASSKEY = 'urn:gatehouse:acr:passkey';
  const SSO = 'urn:gatehouse:acr:sso';

  it('are advertised as sessions record them', async () => {
    const metadata = (await get(`${server.base}/.well-known/openid-configuration`)).json();
    expect(metadata.acr_values_supported).toEqual([PASSWORD, MFA, PASSKEY, SSO]);
    expect(metadata.claims_parameter_supported).toBe(false);
    const plain = await startServer({ config: { limits: ROOMY } });
    const alone = (await get(`${plain.base}/.well-known/openid-configuration`)).json();
    expect(alone.acr_values_supported).toEqual([PASSWORD, MFA, PASSKEY]);
  });

  it('that the session has cost nothing', async () => {
    for (const acr_values of [
      PASSWORD,
      `${SSO} ${PASSWORD}`,
      'urn:nobody',
      'phr',
      '<svg>',
      'x'.repeat(5_000),
    ])
      expect(hasCode(await ask({ acr_values }))).toBe(true);
  });

  it('that a sign-in can reach ask for one, once, and the token says what it was', async () => {
    const browser = await signedIn(server);
    const page = await loginPage({ acr_values: SSO }, browser);
    const back = new URL(formOf(page.text, '/login').hidden['return_to']!, server.base);
    expect(back.searchParams.has('acr_values')).toBe(false);
    const again = await authorize(server, client, {
      jar: await signedIn(server),
      scope: 'openid',
      extra: { acr_values: SSO },
    });
    // Who signs in in the same way again goes on: it is a wish.
    expect(again.pages[0]).toBe('/login');
    const tokens = tokensOf(await exchange(server, client, again.code, again.verifier));
    expect(claimsOf(tokens.id_token!)['acr']).toBe(PASSWORD);
  });

  it('are a wish: where no page may be shown the answer says what there is', async () => {
    expect(hasCode(await ask({ acr_values: SSO, prompt: 'none' }))).toBe(true);
  });

  it('that claims ask for as essential are not looked at', async () => {
    const claims = JSON.stringify({ id_token: { acr: { essential: true, values: [SSO] } } });
    expect(hasCode(await ask({ claims }))).toBe(true);
  });
});

describe('the sign-in page', () => {
  it('says which app waits, by the name that is registered', async () => {
    const page = await loginPage({});
    expect(textOf(page.text)).toContain('to continue to Notes <b>app</b>');
    expect(page.text).not.toContain('<b>app');
    const wrong = await submitForm(server, page, formOf(page.text, '/login'), {
      cookies: new CookieJar(),
      values: { email: 'x@example.com', password: 'wrong' },
    });
    expect([401, 403]).toContain(wrong.status);
  });

  it('says it again after a mistake', async () => {
    const browser = new CookieJar();
    const page = await loginPage({}, browser);
    const again = await submitForm(server, page, formOf(page.text, '/login'), {
      cookies: browser,
      values: { email: 'x@example.com', password: 'wrong' },
    });
    expect(again.status).toBe(401);
    expect(textOf(again.text)).toContain('to continue to Notes');
  });

  it('takes no name from its own address', async () => {
    const way = encodeURIComponent(`/oauth2/authorize?client_id=nobody&client_name=Google&app=Google`);
    for (const query of [
      `return_to=${way}&app=Google&appName=Google`,
      'return_to=/account',
      'app=Google',
      '',
    ]) {
      const page = await get(`${server.base}/login?${query}`);
      expect(page.status).toBe(200);
      expect(textOf(page.text)).not.toMatch(/to continue to|Google/);
    }
  });

  it('lets its form end at the app when the request may, pushed or not', async () => {
    const policyOf = ({ headers }: HttpResponse) => String(headers['content-security-policy']);
    expect(policyOf(await loginPage({}))).toContain("form-action 'self' https://app.example;");
    const answer = await post(`${server.base}/oauth2/par`, {
      form: new URLSearchParams(authorizeQuery(server, client)),
    });
    const query = new URLSearchParams({ client_id: client.clientId, request_uri: answer.json().request_uri });
    const browser = new CookieJar();
    const sent = await get(`${server.base}/oauth2/authorize?${query.toString()}`, { cookies: browser });
    const page = await get(sent.location!, { cookies: browser });
    expect(policyOf(page)).toContain("form-action 'self' https://app.example;");
    expect(textOf(page.text)).toContain('to continue to Notes');
    const evil = encodeURIComponent(
      `/oauth2/authorize?client_id=${client.clientId}&redirect_uri=https://evil.test/`,
    );
    expect(policyOf(await get(`${server.base}/login?return_to=${evil}`))).toContain("form-action 'self';");
  });

  it('of a suspended or unknown app says nothing of it', async () => {
    const asker = await registerClient(server, { client_name: 'Gone app' });
    const way = (id: string) =>
      `${server.base}/login?return_to=${encodeURIComponent(`/oauth2/authorize?client_id=${id}`)}`;
    expect(textOf((await get(way(asker.clientId))).text)).toContain('Gone app');
    for (const id of ['%00', 'x'.repeat(5_000), '..', '%FF']) expect((await get(way(id))).status).toBe(200);
  });
});
