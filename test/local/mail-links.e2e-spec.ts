import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminToken, attemptSignIn, refresh, signIn } from '../support/actors.js';
import { formOf, textOf } from '../support/html.js';
import { CookieJar, get, post, type HttpResponse } from '../support/http.js';
import { linkIn, Mailbox } from '../support/mailbox.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import { asOperator, atOnce, connectIn, events, INSIDE, mcpStatus, ROOMY } from '../oauth/harness.js';
import { SecondPeople } from '../oauth/second-person.js';
import {
  choosePassword,
  eventually,
  follow,
  forgot,
  invite,
  isIn,
  join,
  newPassword,
  ROOMY_MAIL,
  sendForm,
} from './people.js';

const mailbox = new Mailbox();
const others = new SecondPeople();
let server: TestServer;

beforeAll(async () => {
  await mailbox.start();
  server = await startServer({
    config: {
      limits: { ...ROOMY, ...ROOMY_MAIL },
      mail: mailbox.config,
      identityProviders: await others.start(),
      brand: { name: 'Acme & Co' },
    },
  });
});
afterAll(async () => {
  await mailbox.stop();
  await others.stop();
});

const visible = (answer: HttpResponse, email: string) => ({
  status: answer.status,
  headers: Object.fromEntries(
    Object.entries(answer.headers).filter(([name]) => !['date', 'x-request-id', 'set-cookie'].includes(name)),
  ),
  text: answer.text.replaceAll(email, 'E').replace(/name="csrf" value="[^"]+"/, ''),
});

/** A link that was asked for, without its host. */
const resetLink = async (email: string): Promise<URL> => {
  expect((await forgot(server, email)).status).toBe(200);
  return linkIn(await mailbox.take(email, /new password/));
};

const open = (link: URL, jar = new CookieJar()) => get(server.base + link.pathname, { cookies: jar });

describe('an invitation', () => {
  it('lets its person choose a password, once, and they are in', async () => {
    const { id, email, link } = await invite(server, mailbox, { name: 'Ada <b>' });
    expect(link.origin).toBe(server.url);
    const jar = new CookieJar();
    const page = await open(link, jar);
    expect(page.headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
    expect(textOf(page.text)).toContain(`Choose how ${email} will sign in.`);
    const password = newPassword();
    const answer = await choosePassword(server, link, password, jar);
    expect([answer.status, answer.headers.location]).toEqual([303, '/account']);
    expect(await isIn(server, jar)).toBe(true);
    await signIn(server, new CookieJar(), email, password);
    const user = (await asOperator(server, 'GET', `/users/${id}`)).json();
    expect(user).toMatchObject({ email_verified: true, name: 'Ada <b>', roles: [] });
    for (const type of ['user.account.invited', 'user.invitation.accepted', 'mail.letter.sent'])
      expect((await events(server, { type, user_id: id })).length).toBeGreaterThan(0);
    // Whoever comes later with the same link gets nothing.
    expect((await open(link)).status).toBe(410);
    const late = await post(server.base + link.pathname, {
      cookies: jar,
      form: { password: newPassword() },
      headers: { origin: server.url },
    });
    expect([403, 410]).toContain(late.status);
  });

  it('is void when a newer one was sent, and never given to who has a way in', async () => {
    const { id, email, link } = await invite(server, mailbox);
    expect((await asOperator(server, 'POST', `/users/${id}/invite`)).status).toBe(202);
    const newer = linkIn(await mailbox.take(email, /invited/));
    expect((await open(link)).status).toBe(410);
    expect((await choosePassword(server, newer, newPassword())).status).toBe(303);
    const again = await asOperator(server, 'POST', `/users/${id}/invite`);
    expect([again.status, again.json()['code']]).toEqual([409, 'conflict']);
  });

  it('comes in the language that was asked for', async () => {
    const email = 'deutsch@example.com';
    const made = await asOperator(server, 'POST', '/users', { json: { email, language: 'de' } });
    expect(made.status).toBe(201);
    const letter = await mailbox.take(email);
    expect(letter.subject).toBe('Sie sind zu Acme & Co eingeladen');
    expect(letter.text).toContain('Guten Tag,');
  });

  it('is for an address that nobody has, and for roles that its maker could give', async () => {
    for (const email of [ADMIN_EMAIL, ADMIN_EMAIL.toUpperCase(), ` ${ADMIN_EMAIL}`]) {
      const taken = await asOperator(server, 'POST', '/users', { json: { email: email.trim() } });
      expect([email, taken.status]).toEqual([email, 409]);
    }
    for (const json of [
      {},
      { email: 'no address' },
      { email: ['a@b.example'] },
      { email: `${'a'.repeat(400)}@b.example` },
      { email: 'a@b.example\r\nBcc: x@y.example' },
      { email: 'x@y.example', roles: ['king'] },
      { email: 'x@y.example', language: 'xx' },
      { email: 'x@y.example', password: 'given' },
      { email: 'x@y.example', name: 'a\u0000b' },
    ])
      expect((await asOperator(server, 'POST', '/users', { json })).status).toBe(400);
    const token = await adminToken(server, 'admin:users');
    const json = { email: 'too-much@example.com', roles: ['admin'] };
    expect((await asOperator(server, 'POST', '/users', { token, json })).status).toBe(403);
    const less = await adminToken(server, 'admin:users:read');
    const refused = await asOperator(server, 'POST', '/users', {
      token: less,
      json: { email: 'x@y.example' },
    });
    expect(refused.status).toBe(403);
  });
});

describe('a forgotten password', () => {
  it('is replaced by a link that works once, and whoever got in with the old one is out', async () => {
    const person = await join(server, mailbox);
    const app = await connectIn(server, person.jar);
    const link = await resetLink(person.email);
    // A scanner that opens every link spends nothing.
    for (let look = 0; look < 3; look++) expect((await open(link)).status).toBe(200);
    expect((await fetch(server.base + link.pathname, { method: 'HEAD' })).status).toBe(200);
    const password = newPassword();
    const answer = await choosePassword(server, link, password);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toMatch(/^\/login\?done=password_reset/);
    const page = await follow(server, new CookieJar(), answer);
    expect(textOf(page.text)).toContain('Your password is changed.');
    expect(await isIn(server, person.jar)).toBe(false);
    expect(await mcpStatus(server, app.tokens.access_token)).toBe(401);
    expect((await refresh(server, app.client, app.tokens.refresh_token!)).status).toBe(400);
    expect((await attemptSignIn(server, new CookieJar(), person)).status).toBe(401);
    await signIn(server, new CookieJar(), person.email, password);
    expect((await open(link)).status).toBe(410);
    expect((await mailbox.take(person.email, /have a new password/)).text).toContain('signed out everywhere');
    const [event] = await events(server, { type: 'user.password.reset', user_id: person.id });
    expect(event).toMatchObject({ outcome: { result: 'allowed' }, actor: { type: 'user', id: person.id } });
  });

  it('of two who use one link at once is replaced by one of them', async () => {
    const person = await join(server, mailbox);
    const link = await resetLink(person.email);
    const answers = await atOnce(6, () => choosePassword(server, link, newPassword()));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410, 410, 410, 410, 410]);
  });

  it('is not replaced by a link before the newest one, nor by one for something else', async () => {
    const person = await join(server, mailbox);
    const older = await resetLink(person.email);
    const newer = await resetLink(person.email);
    expect((await open(older)).status).toBe(410);
    // A password that was changed meanwhile makes it worthless.
    const changed = await sendForm(server, person.jar, '/account/security/password', {
      current: person.password,
      password: newPassword(),
    });
    expect(changed.headers.location).toBe('/account/security?done=password_changed');
    expect((await open(newer)).status).toBe(410);
    for (const guess of ['', 'gh_ln_', `gh_ln_${'A'.repeat(43)}`, `gh_ln_${'A'.repeat(5_000)}`, '%00', 'x/y'])
      expect([404, 410]).toContain((await get(`${server.base}/link/${guess}`)).status);
  });

  it('needs the page of the link: its form is bound to the link and the browser', async () => {
    const [one, two] = [await join(server, mailbox), await join(server, mailbox)];
    const [mine, theirs] = [await resetLink(one.email), await resetLink(two.email)];
    const jar = new CookieJar();
    const { csrf = '' } = formOf((await open(mine, jar)).text, mine.pathname).hidden;
    const send = (link: URL, form: Record<string, string>, cookies = jar, headers = {}) =>
      post(server.base + link.pathname, { cookies, form, headers: { origin: server.url, ...headers } });
    const password = newPassword();
    for (const attempt of [
      () => send(theirs, { csrf, password }),
      () => send(mine, { password }),
      () => send(mine, { csrf, password }, new CookieJar()),
      () => send(mine, { csrf, password }, jar, { origin: 'https://evil.test' }),
      () => send(mine, { csrf, password }, jar, { 'sec-fetch-site': 'cross-site' }),
    ])
      expect((await attempt()).status).toBe(403);
    expect((await send(mine, { csrf, password })).status).toBe(303);
    expect((await open(theirs)).status).toBe(200);
  });

  it('is not asked for in a way that tells who there is', async () => {
    const person = await join(server, mailbox);
    const off = await join(server, mailbox);
    await asOperator(server, 'POST', `/users/${off.id}/disable`);
    await others.signIn(server, 'elsewhere');
    const pending = await invite(server, mailbox);
    const everybody = [
      person.email,
      'nobody@example.com',
      off.email,
      'elsewhere@example.com',
      pending.email,
      'no address',
    ];
    const answers = [];
    for (const email of everybody) answers.push(visible(await forgot(server, email), email));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]!.status).toBe(200);
    // Those without a password here are told so, and get no link.
    for (const email of ['elsewhere@example.com', pending.email]) {
      const letter = await mailbox.take(email, /Signing in/);
      expect([email, letter.text.includes('/link/')]).toEqual([email, false]);
    }
    await mailbox.take(person.email, /new password/);
    expect(mailbox.letters.filter(({ to }) => [off.email, 'nobody@example.com'].includes(to))).toEqual([]);
  });

  it('is asked for by the address of the account, however it was typed', async () => {
    const person = await join(server, mailbox);
    await forgot(server, ` ${person.email.toUpperCase().replace('P', '\uff30')} `);
    expect((await mailbox.take(person.email, /new password/)).to).toBe(person.email);
  });

  it('cannot be used by who was kept out meanwhile, or has another address by then', async () => {
    const person = await join(server, mailbox);
    const link = await resetLink(person.email);
    await asOperator(server, 'POST', `/users/${person.id}/disable`);
    expect((await open(link)).status).toBe(410);
  });

  it('is refused when it is too weak, and the link stays good', async () => {
    const person = await join(server, mailbox);
    const link = await resetLink(person.email);
    for (const [password, words] of [
      ['short', 'Use at least 12 characters.'],
      ['', 'Use at least 12 characters.'],
      ['éééééé', 'Use at least 12 characters.'],
      ['passwordpassword', 'too easy to guess'],
      ['aaaaaaaaaaaaaaaa', 'too easy to guess'],
      [`${person.email.split('@')[0]}example2026`, 'too easy to guess'],
      ['Acme&Co Gatehouse', 'too easy to guess'],
      ['x'.repeat(257), '256 characters at most'],
    ] as const) {
      const answer = await choosePassword(server, link, password);
      expect([password, answer.status]).toEqual([password, 400]);
      expect(textOf(answer.text)).toContain(words);
      expect(answer.text).not.toContain(`value="${password}"`);
      expect(answer.text).not.toMatch(INSIDE);
    }
    const jar = new CookieJar();
    const { csrf } = formOf((await open(link, jar)).text, link.pathname).hidden;
    for (const password of [
      'x'.repeat(2_000),
      'with a NUL \0 in the middle',
      'half a letter \ud800 in it',
      ['velvet tractor', 'monsoon piano'],
      { toString: 'velvet tractor monsoon piano' },
    ]) {
      const json = { csrf, password };
      const url = server.base + link.pathname;
      const answer = await post(url, { cookies: jar, json, headers: { origin: server.url } });
      const what = JSON.stringify(password).slice(0, 30);
      expect([what, answer.status]).toEqual([what, 400]);
    }
    expect((await choosePassword(server, link, newPassword())).status).toBe(303);
  });
});

describe('a password that many people choose at once', () => {
  it('is looked at for as many as can be answered soon; the others are told to come back', async () => {
    const { link } = await invite(server, mailbox);
    const answers = await atOnce(40, () => choosePassword(server, link, '4$1!0@3 '.repeat(4)));
    const busy = answers.filter(({ status }) => status === 503);
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303, 410, 503]));
    for (const answer of busy) {
      expect(answer.headers['retry-after']).toBe('5');
      expect(textOf(answer.text)).toContain('Not available right now');
    }
    const handled = await events(server, { type: 'http.request.handled' });
    expect(handled.map(({ outcome }) => outcome.reason_code)).toContain('too_many_at_once');
  });
});

describe('letters', () => {
  it('say the same in text and HTML, with names as text, and carry no header of anybody', async () => {
    const name = '"><img src=x onerror=alert(1)> https://evil.test';
    const { email } = await invite(server, mailbox, { name });
    await asOperator(server, 'POST', `/users/${(await userOf(email)).id}/invite`);
    const letter = await mailbox.take(email, /invited/);
    expect(letter.from).toBe('no-reply@gatehouse.example');
    expect(letter.headers).toMatchObject({
      from: 'Gatehouse <no-reply@gatehouse.example>',
      to: email,
      'auto-submitted': 'auto-generated',
    });
    expect(letter.html).not.toMatch(/<img|<script|onerror="/);
    expect(letter.html).toContain('&lt;img src=x');
    expect(letter.html).toContain('Acme &amp; Co');
    expect(letter.html).not.toMatch(/src=["']|<link|<style/);
    expect(letter.text).toContain('Acme & Co');
    expect(linkIn(letter).pathname).toMatch(/^\/link\/gh_ln_[\w-]{43}$/);
  });

  it('to an address that does not exist are given up, and that is recorded', async () => {
    mailbox.refuse = '550 no such mailbox';
    const made = await asOperator(server, 'POST', '/users', { json: { email: 'no-mailbox@example.com' } });
    const { id } = made.json();
    const event = await eventually(
      async () => (await events(server, { type: 'mail.letter.sent', user_id: id }))[0],
    );
    mailbox.refuse = undefined;
    expect(event).toMatchObject({
      outcome: { result: 'error', reason_code: 'smtp_550' },
      details: { kind: 'invitation', attempts: 1 },
    });
  });
});

const userOf = async (q: string): Promise<{ id: string }> =>
  (await asOperator(server, 'GET', `/users?q=${encodeURIComponent(q)}`)).json().items[0];
