import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attemptSignIn, signIn, submitForm } from '../support/actors.js';
import { formOf, formsOf, textOf } from '../support/html.js';
import { CookieJar, get, post, request } from '../support/http.js';
import { linkIn, Mailbox } from '../support/mailbox.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { withClient } from '../support/postgres.js';
import { SoftPasskey } from '../support/soft-passkey.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import { asOperator, connectIn, events, INSIDE, mcpStatus, ROOMY } from '../oauth/harness.js';
import { SecondPeople } from '../oauth/second-person.js';
import {
  addAuthenticator,
  choosePassword,
  codesOn,
  earlierTotp,
  eventually,
  follow,
  forgot,
  isIn,
  join,
  newPassword,
  passkeyFormOf,
  ROOMY_MAIL,
  secretOn,
  security,
  sendForm,
  signInWithCode,
  submitCode,
  totp,
  type LocalPerson,
} from './people.js';

const mailbox = new Mailbox();
const others = new SecondPeople();
let server: TestServer;

beforeAll(async () => {
  await mailbox.start();
  server = await startServer({
    env: { LOG_LEVEL: 'trace' },
    config: {
      limits: { ...ROOMY, ...ROOMY_MAIL, login: { ...ROOMY.login, failed: { points: 6, seconds: 60 } } },
      mail: mailbox.config,
      identityProviders: await others.start(),
    },
  });
});
afterAll(async () => {
  await mailbox.stop();
  await others.stop();
});

const HERE = '/account/security';
const send = (
  person: Pick<LocalPerson, 'jar'>,
  path: string,
  fields: Record<string, string | string[]> = {},
) => sendForm(server, person.jar, HERE + path, fields);
const doneAt = (notice: string): string => `${HERE}?done=${notice}`;

async function addPasskey({ jar }: Pick<LocalPerson, 'jar'>, name: string): Promise<SoftPasskey> {
  const page = await get(`${server.base}${HERE}/passkeys/new`, { cookies: jar });
  const form = passkeyFormOf(page);
  const passkey = new SoftPasskey(server.url);
  const values = { response: passkey.create(form.options), name };
  const answer = await submitForm(server, page, form, { cookies: jar, values });
  expect(answer.headers.location).toBe(doneAt('passkey_added'));
  return passkey;
}

/** Signs in with a passkey alone, which is enough to change anything. */
async function signInWithPasskey({ jar }: Pick<LocalPerson, 'jar'>, passkey: SoftPasskey): Promise<void> {
  const page = await get(`${server.base}/login`, { cookies: jar });
  const form = passkeyFormOf(page);
  const values = { response: passkey.get(form.options) };
  expect((await submitForm(server, page, form, { cookies: jar, values })).status).toBe(303);
}

/** Ids of the passkeys on the page, in order. */
const passkeyIds = async ({ jar }: Pick<LocalPerson, 'jar'>): Promise<string[]> =>
  formsOf((await security(server, jar)).text)
    .filter(({ action }) => action.endsWith('/passkeys/remove'))
    .map(({ hidden }) => hidden['id']!);

const factorsOf = async ({ id }: Pick<LocalPerson, 'id'>) =>
  (await asOperator(server, 'GET', `/users/${id}/factors`)).json();

describe('the page about sign-in', () => {
  it('is for people who are signed in, and shows what they have', async () => {
    const answer = await get(`${server.base}${HERE}`);
    expect([answer.status, answer.headers.location]).toEqual([303, '/login?return_to=%2Faccount%2Fsecurity']);
    const person = await join(server, mailbox);
    const page = await security(server, person.jar);
    expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    for (const part of [person.email, 'You have a password.', 'No passkey yet', 'Set up'])
      expect(textOf(page.text)).toContain(part);
    expect(page.text).not.toMatch(/<script/);
    for (const query of ['?done=<script>', '?done=x&done=y', '?done=nothing'])
      expect((await security(server, person.jar, query)).text).not.toMatch(/<script|role="status"/);
  });

  it('has nothing to change for people whose sign-in is somebody else’s matter', async () => {
    const jar = await others.signIn(server, 'elsewhere');
    const page = await security(server, jar);
    expect(textOf(page.text)).toContain('You sign in through your organisation.');
    expect(formsOf(page.text)).toEqual([]);
    for (const path of ['/password', '/email', '/passkeys/new', '/authenticator/new'])
      expect((await get(server.base + HERE + path, { cookies: jar })).headers.location).toBe(HERE);
    const answer = await sendForm(server, jar, `${HERE}/password`, { password: newPassword() });
    expect(answer.headers.location).toBe(HERE);
  });

  it('takes no form of anybody else', async () => {
    const [person, thief] = [await join(server, mailbox), await join(server, mailbox)];
    await signInWithPasskey(person, await addPasskey(person, 'Key'));
    await addAuthenticator(server, person.jar);
    const before = await factorsOf(person);
    const [id = ''] = await passkeyIds(person);
    const account = await get(`${server.base}/account`, { cookies: thief.jar });
    const { csrf: theirs = '' } = formOf(account.text, '/oauth2/logout').hidden;
    const fields = { id, name: 'x', password: newPassword(), current: person.password, email: 'x@y.example' };
    const { csrf: own = '' } = formOf((await security(server, person.jar)).text, '/passkeys/remove').hidden;
    for (const path of [
      '/password',
      '/email',
      '/passkeys',
      '/passkeys/rename',
      '/passkeys/remove',
      '/authenticator',
      '/authenticator/remove',
      '/recovery-codes',
    ]) {
      const more = path === '/authenticator' ? { code: '123456', ticket: 'x' } : {};
      const url = server.base + HERE + path;
      const attempt = (form: Record<string, string>, headers: Record<string, string>) =>
        post(url, { cookies: person.jar.copy(), form: { ...fields, ...more, ...form }, headers });
      for (const answer of [
        await attempt({}, { origin: server.url }),
        await attempt({ csrf: theirs }, { origin: server.url }),
        await attempt({ csrf: own }, { origin: 'https://evil.test' }),
        await attempt({ csrf: own }, { origin: 'null' }),
        await attempt({ csrf: own }, { origin: server.url, 'sec-fetch-site': 'cross-site' }),
        await post(url, { form: { ...fields, ...more, csrf: own }, headers: { origin: server.url } }),
      ])
        expect([path, answer.status]).toEqual([path, 403]);
      const query = new URLSearchParams({ ...fields, csrf: own }).toString();
      const asGet = await get(`${url}?${query}`, { cookies: person.jar });
      expect([path, asGet.status < 500]).toEqual([path, true]);
      for (const method of ['PUT', 'DELETE', 'PATCH'])
        expect([404, 405, 403]).toContain((await request(method, url, { cookies: person.jar })).status);
    }
    expect(await factorsOf(person)).toEqual(before);
  });

  it('answers what makes no sense without a fault', async () => {
    const person = await join(server, mailbox);
    for (const [path, fields] of [
      ['/passkeys/remove', { id: 'x' }],
      ['/passkeys/remove', { id: ['a', 'b'] }],
      ['/passkeys/rename', { id: person.id, name: '' }],
      ['/passkeys/rename', { id: person.id, name: 'x\0y' }],
      ['/passkeys/rename', { id: person.id, name: 'x'.repeat(65) }],
      ['/passkeys', { name: ['a', 'b'] }],
      ['/passkeys', { response: 'x'.repeat(40_000) }],
      ['/authenticator', { code: ['1', '2'], ticket: 'x' }],
      ['/authenticator', { code: '1' }],
      ['/password', { password: ['a', 'b'] }],
      ['/password', {}],
      ['/email', { email: 'a\0@b.example' }],
      ['/email', { email: 'no address' }],
      ['/email', { email: `${'x'.repeat(400)}@b.example` }],
    ] as [string, Record<string, string | string[]>][]) {
      const answer = await send(person, path, fields);
      const what = `${path} ${JSON.stringify(fields).slice(0, 60)}`;
      expect([what, answer.status]).toEqual([what, 400]);
      expect(answer.text).not.toMatch(INSIDE);
    }
  });
});

describe('a password', () => {
  it('is changed by who knows it; other browsers are out, and apps go on', async () => {
    const person = await join(server, mailbox);
    const elsewhere = new CookieJar();
    await signIn(server, elsewhere, person.email, person.password);
    const app = await connectIn(server, elsewhere);
    const password = newPassword();
    const answer = await send(person, '/password', { current: person.password, password });
    expect(answer.headers.location).toBe(doneAt('password_changed'));
    expect([await isIn(server, person.jar), await isIn(server, elsewhere)]).toEqual([true, false]);
    expect(await mcpStatus(server, app.tokens.access_token)).toBe(200);
    expect((await attemptSignIn(server, new CookieJar(), person)).status).toBe(401);
    await signIn(server, new CookieJar(), person.email, password);
    expect((await mailbox.take(person.email, /password .* was changed/)).text).toContain('From: 127.0.0.1');
    const [event] = await events(server, { type: 'user.password.changed', user_id: person.id });
    expect(event).toMatchObject({ actor: { type: 'user', id: person.id } });
  });

  it('is not changed by who does not know it, and guesses count as at the sign-in', async () => {
    const person = await join(server, mailbox);
    for (const current of ['wrong', '', `${person.password} `]) {
      const answer = await send(person, '/password', { current, password: newPassword() });
      expect([answer.status, textOf(answer.text)]).toEqual([
        401,
        expect.stringContaining('That is not your current password.'),
      ]);
    }
    for (let index = 0; index < 3; index++)
      await attemptSignIn(server, new CookieJar(), { email: person.email, password: 'wrong' });
    const right = { current: person.password, password: newPassword() };
    const stopped = await send(person, '/password', right);
    expect([stopped.status, Number(stopped.headers['retry-after']) > 0]).toEqual([429, true]);
    expect((await attemptSignIn(server, new CookieJar(), person)).status).toBe(429);
  });

  it('is refused when it is weak', async () => {
    const person = await join(server, mailbox);
    const answer = await send(person, '/password', { current: person.password, password: 'password1234' });
    expect([answer.status, textOf(answer.text)]).toEqual([400, expect.stringContaining('too easy to guess')]);
  });
});

describe('an address', () => {
  const linkFor = async (person: LocalPerson, email: string): Promise<URL> => {
    expect((await send(person, '/email', { email })).headers.location).toBe(doneAt('email_asked'));
    const link = linkIn(await mailbox.take(email, /Confirm your address/));
    return link;
  };
  const open = (link: URL, jar: CookieJar) => get(server.base + link.pathname, { cookies: jar });

  it('is changed when a letter to the new one was opened, and the old one is told', async () => {
    const person = await join(server, mailbox);
    await forgot(server, person.email);
    const reset = linkIn(await mailbox.take(person.email, /new password/));
    const email = `new-${person.email}`;
    const link = await linkFor(person, email);
    expect((await asOperator(server, 'GET', `/users/${person.id}`)).json().email).toBe(person.email);
    const page = await open(link, person.jar);
    expect(textOf(page.text)).toContain(email);
    const answer = await submitForm(server, page, formOf(page.text, link.pathname), { cookies: person.jar });
    expect(answer.headers.location).toBe(doneAt('email_changed'));
    const user = (await asOperator(server, 'GET', `/users/${person.id}`)).json();
    expect(user).toMatchObject({ email, email_verified: true });
    expect((await mailbox.take(person.email, /address .* was changed/)).text).toContain(email);
    await signIn(server, new CookieJar(), email, person.password);
    expect((await open(link, person.jar)).status).toBe(410);
    // What was sent to the old address proves nothing any more.
    expect((await open(reset, new CookieJar())).status).toBe(410);
    const [event] = await events(server, { type: 'user.email.changed', user_id: person.id });
    expect(event).toMatchObject({ privacy: { fields: expect.arrayContaining(['details.item']) } });
    expect(JSON.stringify(event)).not.toContain(email);
  });

  it('is not changed by anybody but who asked for it', async () => {
    const [person, victim] = [await join(server, mailbox), await join(server, mailbox)];
    const link = await linkFor(person, `theirs-${victim.email}`);
    for (const jar of [victim.jar, new CookieJar()]) {
      const page = await open(link, jar);
      expect(textOf(page.text)).toContain('Sign in on this browser first');
      expect(formsOf(page.text)).toEqual([]);
    }
    expect((await asOperator(server, 'GET', `/users/${person.id}`)).json().email).toBe(person.email);
  });

  it('that somebody has is answered like any other, and cannot be taken', async () => {
    const person = await join(server, mailbox);
    expect((await send(person, '/email', { email: ADMIN_EMAIL })).headers.location).toBe(
      doneAt('email_asked'),
    );
    // Two ask for the same address; the one who comes second finds it taken.
    const other = await join(server, mailbox);
    const email = `shared-${person.email}`;
    const [mine, theirs] = [await linkFor(person, email), await linkFor(other, email)];
    const [first, second] = [await open(mine, person.jar), await open(theirs, other.jar)];
    const use = (page: typeof first, link: URL, jar: CookieJar) =>
      submitForm(server, page, formOf(page.text, link.pathname), { cookies: jar });
    expect((await use(first, mine, person.jar)).status).toBe(303);
    const refused = await use(second, theirs, other.jar);
    expect([refused.status, textOf(refused.text)]).toEqual([
      409,
      expect.stringContaining('belongs to another account'),
    ]);
    expect(mailbox.letters.filter(({ to }) => to === ADMIN_EMAIL)).toEqual([]);
  });
});

describe('passkeys and codes', () => {
  it('are named and removed by their owner alone', async () => {
    const [person, other] = [await join(server, mailbox), await join(server, mailbox)];
    await signInWithPasskey(person, await addPasskey(person, 'First'));
    await addPasskey(person, '"><img src=x>');
    const page = await security(server, person.jar);
    expect(page.text).not.toContain('<img');
    const [id = '', second = ''] = await passkeyIds(person);
    await send(other, '/passkeys/rename', { id, name: 'Mine' });
    await signInWithPasskey(other, await addPasskey(other, 'Other'));
    expect((await send(other, '/passkeys/remove', { id })).headers.location).toBe(HERE);
    expect((await send(person, '/passkeys/rename', { id, name: 'Office' })).headers.location).toBe(
      doneAt('passkey_renamed'),
    );
    expect(textOf((await security(server, person.jar)).text)).toContain('Office');
    expect((await send(person, '/passkeys/remove', { id: second })).headers.location).toBe(
      doneAt('passkey_removed'),
    );
    expect(await passkeyIds(person)).toEqual([id]);
    await mailbox.take(person.email, /passkey was removed/);
    for (const type of ['user.passkey.added', 'user.passkey.renamed', 'user.passkey.removed'])
      expect((await events(server, { type, user_id: person.id })).length).toBeGreaterThan(0);
  });

  it('of an app are set up with a code of it, and gone with it', async () => {
    const person = await join(server, mailbox);
    const page = await get(`${server.base}${HERE}/authenticator/new`, { cookies: person.jar });
    const secret = secretOn(page);
    expect(page.text).toMatch(/<svg class="qr"[^>]*role="img"/);
    const form = formOf(page.text, `${HERE}/authenticator`);
    const wrong = await submitForm(server, page, form, { cookies: person.jar, values: { code: '000000' } });
    expect([wrong.status, secretOn(wrong)]).toEqual([400, secret]);
    expect(await factorsOf(person)).toMatchObject({ authenticator: false, recovery_codes: 0 });
    const done = await submitForm(server, page, form, {
      cookies: person.jar,
      values: { code: await earlierTotp(secret) },
    });
    const codes = codesOn(done);
    expect(await factorsOf(person)).toMatchObject({ authenticator: true, recovery_codes: 10 });
    await signInWithCode(server, person, totp(secret), person.jar);
    // The ticket of the page is spent; the token against foreign forms is that of the new session.
    const { csrf = '' } = formOf((await security(server, person.jar)).text, `${HERE}/recovery-codes`).hidden;
    const replayed = await submitForm(server, page, form, {
      cookies: person.jar,
      values: { csrf, code: totp(secret, 1) },
    });
    expect(replayed.status).toBe(400);
    const renewed = codesOn(await send(person, '/recovery-codes'));
    expect(renewed).toHaveLength(10);
    expect((await signInWithCode(server, person, codes[0]!)).status).toBe(401);
    expect((await signInWithCode(server, person, renewed[0]!)).status).toBe(303);
    expect((await send(person, '/authenticator/remove')).headers.location).toBe(
      doneAt('authenticator_removed'),
    );
    expect(await factorsOf(person)).toMatchObject({ authenticator: false, recovery_codes: 0 });
    expect((await attemptSignIn(server, new CookieJar(), person)).headers.location).toBe('/account');
    await mailbox.take(person.email, /no longer asks/);
  });

  it('keep a password reset from being a way around them', async () => {
    const person = await join(server, mailbox);
    const { secret } = await addAuthenticator(server, person.jar);
    await forgot(server, person.email);
    const password = newPassword();
    const jar = new CookieJar();
    const link = linkIn(await mailbox.take(person.email, /new password/));
    await choosePassword(server, link, password, jar);
    expect(await isIn(server, jar)).toBe(false);
    const first = await attemptSignIn(server, jar, { email: person.email, password });
    expect(first.headers.location).toBe('/login/second');
    const page = await follow(server, jar, first);
    expect((await submitCode(server, jar, page, totp(secret))).status).toBe(303);
  });
});

describe('a password alone', () => {
  const CHANGES = [
    '/passkeys',
    '/passkeys/rename',
    '/passkeys/remove',
    '/authenticator',
    '/authenticator/remove',
    '/recovery-codes',
    '/password',
    '/email',
  ];

  /** Tries everything there is to change, and answers where the sign-in that is asked for leads. */
  async function isStopped(person: LocalPerson): Promise<URL> {
    const before = await factorsOf(person);
    const fields = { id: person.id, name: 'x', email: 'x@y.example', current: person.password, ticket: 'x' };
    const confirm = expect.stringMatching(/^\/login\?problem=confirm/);
    for (const path of CHANGES) {
      const answer = await send(person, path, { ...fields, code: '123456', password: newPassword() });
      expect([path, answer.headers.location]).toEqual([path, confirm]);
    }
    for (const path of ['/passkeys/new', '/authenticator/new', '/password', '/email'])
      expect((await get(server.base + HERE + path, { cookies: person.jar })).headers.location).toEqual(
        confirm,
      );
    const page = await security(server, person.jar);
    expect(formsOf(page.text)).toEqual([]);
    expect(await factorsOf(person)).toEqual(before);
    return new URL(page.text.match(/href="(\/login\?[^"]+)"/)![1]!.replaceAll('&amp;', '&'), server.base);
  }

  /** Shows the password once more, and answers the page that comes then. */
  async function confirm({ jar, password }: LocalPerson, at: URL): ReturnType<typeof follow> {
    const login = await get(at, { cookies: jar });
    const form = formOf(login.text, '/login');
    const answer = await submitForm(server, login, form, { cookies: jar, values: { password } });
    expect(answer.headers.location).toBe('/login/second?return_to=%2Faccount%2Fsecurity');
    return follow(server, jar, answer);
  }

  it('changes nothing for who has an app, until a code was shown', async () => {
    const person = await join(server, mailbox);
    const { secret } = await addAuthenticator(server, person.jar);
    const page = await confirm(person, await isStopped(person));
    expect((await submitCode(server, person.jar, page, totp(secret))).headers.location).toBe(HERE);
    expect(codesOn(await send(person, '/recovery-codes'))).toHaveLength(10);
  });

  it('changes nothing for who has a passkey and no app, until the passkey was shown', async () => {
    const person = await join(server, mailbox);
    const account = () => get(`${server.base}/account`, { cookies: person.jar });
    const link = /\/sso\/[^"]+\/link\?proof=[^"]+/;
    const connect = link.exec((await account()).text)![0];
    const passkey = await addPasskey(person, 'Key');
    expect((await signIn(server, person.jar, person.email, person.password)).headers.location).toBe(
      '/account',
    );
    const at = await isStopped(person);
    // Another way in through others is one, too.
    expect((await account()).text).not.toMatch(link);
    expect((await get(server.base + connect, { cookies: person.jar })).status).toBe(403);
    const gone = await sendForm(server, person.jar, '/account/sign-ins/disconnect', {
      identity_id: person.id,
    });
    expect(gone.headers.location).toBe('/account?done=not_fresh');
    const page = await confirm(person, at);
    const form = passkeyFormOf(page);
    const values = { response: passkey.get(form.options) };
    const answer = await submitForm(server, page, form, { cookies: person.jar, values });
    expect(answer.headers.location).toBe(HERE);
    expect((await account()).text).toMatch(link);
    await addPasskey(person, 'Other');
  });
});

describe('what was given out', () => {
  it('is in no log', async () => {
    const person = await join(server, mailbox);
    const { secret, codes } = await addAuthenticator(server, person.jar);
    await signInWithCode(server, person, codes[0]!);
    await forgot(server, person.email);
    const link = linkIn(await mailbox.take(person.email, /new password/));
    const password = newPassword();
    await choosePassword(server, link, 'too short');
    await choosePassword(server, link, password);
    await get(server.base + link.pathname);
    await get(`${server.base}${link.pathname}/nothing`);
    const log = await eventually(async () =>
      server.output().includes('/link/…/nothing') ? server.output() : undefined,
    );
    expect(log).toContain('"path":"/link/…"},"res":{"status":200}');
    const trail = JSON.stringify(await events(server, { user_id: person.id }));
    expect(trail).toContain('/link/…');
    const given = [link.pathname.slice(6), secret.replaceAll(' ', ''), ...codes, password, person.password];
    for (const one of given)
      expect([one, log!.includes(one), trail.includes(one)]).toEqual([one, false, false]);
  });
});

describeOnPostgres('a sign-in that was a while ago', () => {
  it('asks for a new one before anything can be changed', async () => {
    const person = await join(server, mailbox);
    await server.sql(
      `UPDATE sessions SET created_at = now() - interval '11 minutes', auth_time = now() - interval '11 minutes'
       WHERE user_id = $1`,
      [person.id],
    );
    const stale = await security(server, person.jar);
    expect(textOf(stale.text)).toContain('Confirm that it is you');
    expect(formsOf(stale.text)).toEqual([]);
    for (const path of [
      '/passkeys/remove',
      '/authenticator/remove',
      '/recovery-codes',
      '/password',
      '/email',
    ]) {
      const fields = { id: person.id, password: newPassword(), email: 'x@y.example', current: 'x' };
      const answer = await send(person, path, fields);
      expect([path, answer.headers.location]).toEqual([
        path,
        expect.stringMatching(/^\/login\?problem=confirm/),
      ]);
    }
    const login = await get(
      new URL(stale.text.match(/href="(\/login\?[^"]+)"/)![1]!.replaceAll('&amp;', '&'), server.base),
      {
        cookies: person.jar,
      },
    );
    expect(textOf(login.text)).toContain('Sign in again to show that it is you.');
    const again = await submitForm(server, login, formOf(login.text, '/login'), {
      cookies: person.jar,
      values: { password: person.password },
    });
    expect(again.headers.location).toBe(HERE);
    expect(textOf((await security(server, person.jar)).text)).toContain('Add a passkey');
  });
});

describeOnPostgres('the database', () => {
  it('has none of what was given out', async () => {
    const person = await join(server, mailbox);
    const { secret, codes } = await addAuthenticator(server, person.jar);
    await forgot(server, person.email);
    const link = linkIn(await mailbox.take(person.email, /new password/));
    const token = link.pathname.split('/').at(-1)!;
    const rows: string[] = [];
    for (const table of [
      'one_time_links',
      'mail_outbox',
      'authenticators',
      'recovery_codes',
      'spent_tickets',
    ]) {
      for (const row of await server.sql(`SELECT * FROM ${table}`))
        for (const value of Object.values(row))
          rows.push(Buffer.isBuffer(value) ? value.toString('latin1') : String(value));
    }
    expect(rows.length).toBeGreaterThan(10);
    const bare = secret.replaceAll(' ', '');
    for (const given of [token, token.slice(6), bare, ...codes, codes[0]!.replaceAll('-', '')])
      expect([given, rows.some((row) => row.includes(given))]).toEqual([given, false]);
  });
});

describeOnPostgres('removals that wait for one another', () => {
  it('need no more connections than they have', async () => {
    const person = await join(server, mailbox);
    const page = await get(`${server.base}/account`, { cookies: person.jar });
    const { csrf = '' } = formOf(page.text, '/oauth2/logout').hidden;
    const remove = () =>
      post(`${server.base}${HERE}/authenticator/remove`, {
        cookies: person.jar.copy(),
        form: { csrf },
        headers: { origin: server.url },
      });
    const answers = await withClient(server.databaseUrl!, async (other) => {
      await other.query('BEGIN');
      await other.query('SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE', [person.id]);
      const waiting = Promise.all(Array.from({ length: 12 }, remove));
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      await other.query('COMMIT');
      return waiting;
    });
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(303));
  });
});
