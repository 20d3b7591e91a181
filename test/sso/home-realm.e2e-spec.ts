import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { adminCall, submitForm } from '../support/actors.js';
import { FakeIdp } from '../support/fake-idp.js';
import { formOf, formsOf, textOf } from '../support/html.js';
import { CookieJar, get, post, type HttpResponse } from '../support/http.js';
import { linkIn, Mailbox } from '../support/mailbox.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, startServer, type TestServer } from '../support/server.js';
import { leaveFor, signedInAs } from './sign-in.js';

const SECRET = 'a-secret-shared-with-the-provider';
const BY_ADDRESS = { way: 'address' };

const idp = new FakeIdp('gatehouse', SECRET);
const mailbox = new Mailbox();
let either: TestServer;
let only: TestServer;
let withoutPasswords: TestServer;

beforeAll(async () => {
  await idp.start();
  await mailbox.start();
  const provider = { kind: 'oidc', issuer: idp.issuer, clientId: 'gatehouse', clientSecret: SECRET };
  const identityProviders = [
    { id: 'corporate', name: 'Example SSO', ...provider, domains: ['example.com', 'bücher.example'] },
    { id: 'second', ...provider, domains: ['example.com', 'hidden.example'], hidden: true },
    { id: 'off', ...provider, domains: ['off.example'], enabled: false },
  ];
  const policies = { domainSignIn: 'provider', outboundLoopback: true };
  [either, only, withoutPasswords] = await Promise.all([
    startServer({ config: { identityProviders } }),
    startServer({
      config: { identityProviders, policies, mail: mailbox.config },
      env: { BOOTSTRAP_ADMIN_EMAIL: 'root@elsewhere.example' },
    }),
    startServer({
      config: { identityProviders, policies: { localAccounts: false, domainSignIn: 'provider' } },
    }),
  ]);
});
afterAll(async () => {
  await mailbox.stop();
  await idp.stop();
});
beforeEach(() => {
  idp.misbehaviour = {};
});

/** Fills the form of the sign-in page as a browser would. */
async function submit(
  server: TestServer,
  values: Record<string, string>,
  { jar = new CookieJar(), path = '/login' } = {},
): Promise<HttpResponse> {
  const page = await get(`${server.base}${path}`, { cookies: jar });
  return submitForm(server, page, formsOf(page.text)[0]!, { cookies: jar, values });
}

/** Where a page sends the browser by itself. */
const sentTo = ({ headers }: HttpResponse): string | undefined =>
  /^0; url=(.+)$/.exec(headers['refresh'] as string)?.[1];

describe('an address without a password', () => {
  it('leads to the sign-in of its organisation, with what is known taken along', async () => {
    const jar = new CookieJar();
    const path = '/login?return_to=%2Faccount%3Ftab%3Dapps&max_age=0';
    const page = await submit(either, { email: 'ann@example.com', password: '' }, { jar, path });
    expect([page.status, page.headers['cache-control']]).toEqual([200, 'no-store']);
    expect(sentTo(page)).toBe(
      '/sso/corporate?return_to=%2Faccount%3Ftab%3Dapps&login_hint=ann%40example.com&max_age=0',
    );
    // Without a script, and where nothing goes by itself, there is a link.
    expect(page.text).toContain(`href="${sentTo(page)!.replaceAll('&', '&amp;')}"`);
    expect(textOf(page.text)).toContain('Continue with Example SSO');
    const away = await leaveFor(either, jar, sentTo(page)!.replace('/sso/', ''));
    expect(Object.fromEntries(away.searchParams)).toMatchObject({
      login_hint: 'ann@example.com',
      max_age: '0',
    });
    idp.claims = { sub: 'ann', email: 'ann@example.com', auth_time: Math.floor(Date.now() / 1_000) };
    const back = await get(idp.answer(away), { cookies: jar });
    expect(back.headers.location).toBe('/account?tab=apps');
    expect(await signedInAs(either, jar)).toBe('ann@example.com');
  });

  it.each([
    'ANN@EXAMPLE.COM',
    '  ann@example.com ',
    'ann@xn--bcher-kva.example',
    'ann@bücher.example',
    'ann@ｅxample.com',
    '"a@b"@example.com',
  ])('leads there written as %j, too', async (email) => {
    expect(sentTo(await submit(either, { email, password: '' }))).toMatch(/^\/sso\/corporate\?/);
  });

  it('leads to a way that has no button', async () => {
    const page = await submit(either, { email: 'ann@hidden.example', password: '' });
    expect(sentTo(page)).toMatch(/^\/sso\/second\?/);
  });

  it.each([
    'ann@sub.example.com',
    'ann@example.com.evil.test',
    'ann@off.example',
    'example.com',
    '@',
    'ann@',
  ])('of %j leads nowhere, and asks for a password', async (email) => {
    const page = await submit(either, { email, password: '' });
    expect(page.status).toBe(401);
    expect(sentTo(page)).toBeUndefined();
    expect(textOf(page.text)).toContain('Enter your password.');
  });

  it('says so when no organisation is known by it and its button was pressed', async () => {
    const page = await submit(either, { email: 'ann@sub.example.com', ...BY_ADDRESS });
    expect(textOf(page.text)).toContain('No sign-in is set up for this address');
    expect(page.text).toContain('value="ann@sub.example.com"');
  });

  it('says the same whether or not somebody has it', async () => {
    const answers = await Promise.all(
      [ADMIN_EMAIL, 'nobody@example.com'].map((email) => submit(either, { email, password: '' })),
    );
    const [known, unknown] = answers.map(({ status, text, headers }) => ({
      status,
      text: text.replaceAll(/(admin|nobody)%40/g, 'X%40'),
      refresh: String(headers['refresh']).replace(/(admin|nobody)%40/, 'X%40'),
    }));
    expect(known).toEqual(unknown);
  });

  it('is not led anywhere by a form of somebody else', async () => {
    const answer = await post(`${either.base}/login`, { form: { email: 'ann@example.com', password: '' } });
    expect(answer.status).toBe(403);
    expect(sentTo(answer)).toBeUndefined();
  });

  it('cannot smuggle anything into the headers or onto the page', async () => {
    const hostile = `"><script>alert(1)</script>;url=https://evil.test/"@example.com`;
    const page = await submit(either, { email: hostile, password: '' });
    expect(sentTo(page)).toBe(`/sso/corporate?login_hint=${encodeURIComponent(hostile)}`);
    expect(page.text).not.toContain('<script>alert');
    const broken = await submit(either, { email: 'a\r\nset-cookie: x=y@example.com', password: '' });
    expect(broken.headers['set-cookie']?.join() ?? '').not.toContain('x=y');
  });
});

describe('where both ways are open', () => {
  it('the password of somebody of the organisation is taken', async () => {
    const answer = await submit(either, { email: ADMIN_EMAIL, password: ADMIN_PASSWORD });
    expect([answer.status, answer.headers.location]).toEqual([303, '/account']);
  });

  it('the button of the organisation leads there, whatever was typed as a password', async () => {
    const page = await submit(either, { email: ADMIN_EMAIL, password: 'x', ...BY_ADDRESS });
    expect(sentTo(page)).toMatch(/^\/sso\/corporate\?/);
  });
});

describe('where the provider is the only way', () => {
  it('no password of the organisation is taken or even looked at', async () => {
    const page = await submit(only, { email: 'nobody@example.com', password: 'whatever it is' });
    expect(sentTo(page)).toMatch(/^\/sso\/corporate\?login_hint=nobody/);
  });

  it('everybody else signs in with a password, until a provider speaks for their domain, too', async () => {
    const admin = { email: 'root@elsewhere.example', password: ADMIN_PASSWORD };
    const [taken, free] = [admin.email, 'nobody@elsewhere.example'].map((email) =>
      submit(only, { email, password: '' }),
    );
    expect([(await taken!).status, (await free!).status]).toEqual([401, 401]);
    expect((await submit(only, admin)).headers.location).toBe('/account');
    const settings = {
      kind: 'oidc',
      issuer: idp.issuer,
      clientId: 'gatehouse',
      clientSecret: SECRET,
      domains: ['elsewhere.example'],
    };
    const made = await adminCall(only, 'POST', '/identity-providers', { json: { id: 'later', settings } });
    expect(made.status).toBe(201);
    const jar = new CookieJar();
    // There is no exception for an admin.
    expect(sentTo(await submit(only, admin, { jar }))).toMatch(/^\/sso\/later\?/);
    expect(jar.get('gatehouse_session')).toBeUndefined();
  });

  it('a link that was sent before it spoke for their domain gives nobody a way in of their own', async () => {
    const invited = async (email: string) => {
      const made = await adminCall(only, 'POST', '/users', { json: { email } });
      return { id: made.json().id as string, link: linkIn(await mailbox.take(email, /invited/)) };
    };
    const open = (link: URL, cookies: CookieJar) => get(only.base + link.pathname, { cookies });
    const choose = (page: HttpResponse, link: URL, cookies: CookieJar) =>
      submitForm(only, page, formOf(page.text, link.pathname), {
        cookies,
        values: { password: 'velvet tractor monsoon piano' },
      });
    const [old, late] = [await invited('old@soon.example'), await invited('late@soon.example')];
    const jars = { old: new CookieJar(), late: new CookieJar() };
    expect((await choose(await open(old.link, jars.old), old.link, jars.old)).status).toBe(303);
    const forgot = await get(`${only.base}/login/forgot`, { cookies: jars.old });
    const values = { email: 'old@soon.example' };
    await submitForm(only, forgot, formOf(forgot.text, '/login/forgot'), { cookies: jars.old, values });
    const reset = linkIn(await mailbox.take(values.email, /new password/));
    const pages = { reset: await open(reset, jars.old), late: await open(late.link, jars.late) };
    const settings = {
      ...{ kind: 'oidc', issuer: idp.issuer, clientId: 'gatehouse', clientSecret: SECRET },
      domains: ['soon.example'],
    };
    await adminCall(only, 'POST', '/identity-providers', { json: { id: 'soon', settings } });
    const { csrf = '' } = formOf(pages.late.text, late.link.pathname).hidden;
    for (const answer of [
      await choose(pages.reset, reset, jars.old),
      await choose(pages.late, late.link, jars.late),
      await open(reset, jars.old),
      await open(late.link, jars.late),
      await post(`${only.base}${late.link.pathname}/passkey`, {
        cookies: jars.late,
        form: { csrf, ticket: 'x', response: '{}' },
        headers: { origin: only.url },
      }),
    ]) {
      expect([answer.status, textOf(answer.text)]).toEqual([403, expect.stringContaining('soon')]);
      expect(sentTo(answer)).toMatch(/^\/sso\/soon\?login_hint=/);
      expect(answer.headers['x-decision-id']).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    }
    const factors = (await adminCall(only, 'GET', `/users/${late.id}/factors`)).json();
    expect(factors).toMatchObject({ password: false });
    const told = await adminCall(only, 'GET', `/audit/events?type=user.password.reset&user_id=${old.id}`);
    expect(told.json().items).toEqual([]);
  });

  it('the log tells at the start when the first admin is among those who need it', () => {
    expect(withoutPasswords.output()).toContain(
      `policies.domainSignIn is provider: ${ADMIN_EMAIL} signs in through corporate only`,
    );
    expect(only.output()).not.toContain('policies.domainSignIn is provider');
  });
});

describe('where there are no passwords', () => {
  it('the page asks for an address alone, and leads by it', async () => {
    const page = await get(`${withoutPasswords.base}/login`);
    expect(page.text).toContain('name="email"');
    expect(page.text).not.toContain('name="password"');
    expect(sentTo(await submit(withoutPasswords, { email: 'ann@example.com' }))).toMatch(
      /^\/sso\/corporate\?/,
    );
    const unknown = await submit(withoutPasswords, { email: 'ann@elsewhere.test' });
    expect([unknown.status, textOf(unknown.text)]).toEqual([
      401,
      expect.stringContaining('No sign-in is set up for this address'),
    ]);
  });

  it('one that is sent along is not looked at', async () => {
    const answer = await submit(withoutPasswords, {
      email: ADMIN_EMAIL.replace('example.com', 'elsewhere.test'),
      password: ADMIN_PASSWORD,
    });
    expect(answer.status).toBe(401);
  });
});
