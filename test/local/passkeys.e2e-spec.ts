import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { submitForm } from '../support/actors.js';
import { formOf, formsOf, textOf } from '../support/html.js';
import { CookieJar, get, post, type HttpResponse } from '../support/http.js';
import { linkIn, Mailbox } from '../support/mailbox.js';
import { SoftPasskey, type Mischief } from '../support/soft-passkey.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, events, INSIDE, ROOMY } from '../oauth/harness.js';
import {
  forgot,
  invite,
  isIn,
  join,
  passkeyFormOf,
  ROOMY_MAIL,
  security,
  sendForm,
  type LocalPerson,
} from './people.js';

const mailbox = new Mailbox();
let server: TestServer;

beforeAll(async () => {
  await mailbox.start();
  server = await startServer({ config: { limits: { ...ROOMY, ...ROOMY_MAIL }, mail: mailbox.config } });
});
afterAll(() => mailbox.stop());

/** Adds a passkey on the account page. */
async function add(
  { jar }: Pick<LocalPerson, 'jar'>,
  passkey = new SoftPasskey(server.url),
  mischief: Mischief = {},
): Promise<{ passkey: SoftPasskey; answer: HttpResponse }> {
  const page = await get(`${server.base}/account/security/passkeys/new`, { cookies: jar });
  const form = passkeyFormOf(page);
  const response = passkey.create(form.options, mischief);
  const values = { response, name: 'My key' };
  return { passkey, answer: await submitForm(server, page, form, { cookies: jar, values }) };
}

/** Signs in with a passkey; `change` may do something to what is sent. */
async function signIn(
  passkey: SoftPasskey,
  jar = new CookieJar(),
  { mischief = {}, query = '', over = {} }: { mischief?: Mischief; query?: string; over?: object } = {},
): Promise<HttpResponse> {
  const page = await get(`${server.base}/login${query}`, { cookies: jar });
  const form = passkeyFormOf(page);
  const values = { response: passkey.get(form.options, mischief), ...over };
  return submitForm(server, page, form, { cookies: jar, values });
}

async function withPasskey(kind: 'device' | 'synced' = 'device') {
  const person = await join(server, mailbox);
  const { passkey, answer } = await add(person, new SoftPasskey(server.url, kind));
  expect(answer.headers.location).toBe('/account/security?done=passkey_added');
  return { ...person, passkey };
}

describe('a passkey', () => {
  it('is asked for as one that its owner unlocked, and says nothing of who they are here', async () => {
    const person = await join(server, mailbox);
    const page = await get(`${server.base}/account/security/passkeys/new`, { cookies: person.jar });
    const options = JSON.parse(passkeyFormOf(page).options);
    expect(options).toMatchObject({
      rp: { id: 'localhost', name: 'Gatehouse' },
      user: { name: person.email },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    expect(Buffer.from(options.user.id, 'base64url')).toHaveLength(32);
    expect(JSON.stringify(options)).not.toContain(person.id);
    const login = await get(`${server.base}/login`);
    const asked = JSON.parse(passkeyFormOf(login).options);
    expect(asked).toMatchObject({ rpId: 'localhost', allowCredentials: [], userVerification: 'required' });
    expect(Buffer.from(asked.challenge, 'base64url')).toHaveLength(32);
    expect(
      formOf(login.text, '/login').inputs.find(({ name }) => name === 'email')!.attributes,
    ).toMatchObject({
      autocomplete: 'username webauthn',
    });
  });

  it('signs in by itself, where the person wanted to go, and is recorded for what it is', async () => {
    for (const [kind, how] of [
      ['device', 'hwk'],
      ['synced', 'swk'],
    ] as const) {
      const person = await withPasskey(kind);
      const jar = new CookieJar();
      const answer = await signIn(person.passkey, jar, { query: '?return_to=/account%3Fx%3D1' });
      expect([answer.status, answer.headers.location]).toEqual([303, '/account?x=1']);
      expect(await isIn(server, jar)).toBe(true);
      const [event] = await events(server, { type: 'auth.login.succeeded', user_id: person.id });
      expect(event!.details).toMatchObject({
        acr: 'urn:gatehouse:acr:passkey',
        amr: [how, 'user', 'mfa'],
      });
      // A second time; one that is on several devices does not count.
      expect((await signIn(person.passkey)).status).toBe(303);
      const text = textOf((await security(server, person.jar)).text);
      expect(text).toContain('My key');
      expect(text.includes('On several devices')).toBe(kind === 'synced');
      await mailbox.take(person.email, /passkey was added/);
    }
  });

  it('lets nobody in when anything about its answer is wrong, and that is recorded', async () => {
    const person = await withPasskey();
    const other = await withPasskey();
    const handle = passkeyHandle(other.passkey);
    const attempts: Record<string, Parameters<typeof signIn>[2]> = {
      'another origin': { mischief: { origin: 'https://evil.test' } },
      'another domain': { mischief: { rpId: 'evil.test' } },
      'another challenge': { mischief: { challenge: 'A'.repeat(43) } },
      'made instead of asked': { mischief: { type: 'webauthn.create' } },
      'nobody unlocked it': { mischief: { unverified: true } },
      'another key': { mischief: { forged: true } },
      'the handle of somebody else': { mischief: { userHandle: handle } },
      'no answer': { over: { response: '' } },
      'no JSON': { over: { response: '{' } },
      'a list': { over: { response: '[]' } },
      'no id': { over: { response: '{"id":{}}' } },
      'an id that nobody has': { over: { response: JSON.stringify({ id: 'AAAA' }) } },
      'nothing but an id': {
        over: { response: JSON.stringify({ id: person.passkey.id.toString('base64url') }) },
      },
      'no ticket': { over: { ticket: '' } },
      'another ticket': { over: { ticket: 'AAAA' } },
    };
    for (const [what, how] of Object.entries(attempts)) {
      const jar = new CookieJar();
      const answer = await signIn(person.passkey, jar, how);
      expect([what, answer.status, jar.get('gatehouse_session')]).toEqual([what, 401, undefined]);
      expect(textOf(answer.text)).toContain('That passkey did not let you in.');
      expect(answer.text).not.toMatch(INSIDE);
    }
    const failed = await events(server, { type: 'auth.login.failed' });
    const reasons = new Set(failed.map(({ outcome }) => outcome.reason_code));
    for (const reason of ['passkey_not_proved', 'passkey_unknown', 'passkey_stale'])
      expect(reasons).toContain(reason);
    expect((await signIn(person.passkey)).status).toBe(303);
  });

  it('answers each challenge once, in the browser that was asked', async () => {
    const person = await withPasskey('synced');
    const jar = new CookieJar();
    const page = await get(`${server.base}/login`, { cookies: jar });
    const form = passkeyFormOf(page);
    const values = { response: person.passkey.get(form.options) };
    const send = (cookies: CookieJar) => submitForm(server, page, form, { cookies, values });
    expect((await send(new CookieJar())).status).toBe(403);
    const other = new CookieJar();
    const { csrf = '' } = formOf(
      (await get(`${server.base}/login`, { cookies: other })).text,
      '/login',
    ).hidden;
    const stolen = await post(`${server.base}/login/passkey`, {
      cookies: other,
      form: { ...form.hidden, ...values, csrf },
      headers: { origin: server.url },
    });
    expect(stolen.status).toBe(401);
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(jar.copy())));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 401, 401, 401, 401]);
    expect((await send(jar.copy())).status).toBe(401);
  });

  it('of which there is a copy is refused, and its owner is told', async () => {
    const person = await withPasskey();
    expect((await signIn(person.passkey)).status).toBe(303);
    expect((await signIn(person.passkey)).status).toBe(303);
    for (const counter of [1, 2, 0]) {
      const copied = await signIn(person.passkey, new CookieJar(), { mischief: { counter } });
      expect([counter, copied.status]).toEqual([counter, 401]);
    }
    const [event] = await events(server, { type: 'user.passkey.refused', user_id: person.id });
    expect(event).toMatchObject({
      details: { reason: 'counter_regression' },
      privacy: { fields: expect.arrayContaining(['details.item']) },
    });
    expect((await mailbox.take(person.email, /was refused/)).text).toContain('“My key” was refused');
    expect((await signIn(person.passkey, new CookieJar(), { mischief: { counter: 40 } })).status).toBe(303);
    // A signature that is not its own says nothing about it.
    const before = (await events(server, { type: 'user.passkey.refused', user_id: person.id })).length;
    await signIn(person.passkey, new CookieJar(), { mischief: { counter: 1, forged: true } });
    expect(await events(server, { type: 'user.passkey.refused', user_id: person.id })).toHaveLength(before);
  });

  it('of somebody who is kept out lets nobody in', async () => {
    const person = await withPasskey();
    await asOperator(server, 'POST', `/users/${person.id}/disable`);
    expect((await signIn(person.passkey)).status).toBe(401);
    await asOperator(server, 'POST', `/users/${person.id}/enable`);
    expect((await signIn(person.passkey)).status).toBe(303);
  });
});

/** What the authenticator was told to call the person. */
const passkeyHandle = (passkey: SoftPasskey): string => {
  const answer = passkey.get(JSON.stringify({ challenge: 'x', rpId: 'localhost' }));
  return JSON.parse(answer).response.userHandle as string;
};

describe('making a passkey', () => {
  it('takes what was made for this person, here, unlocked, and nothing else', async () => {
    const person = await join(server, mailbox);
    for (const [what, mischief] of Object.entries({
      'another origin': { origin: 'https://evil.test' },
      'another domain': { rpId: 'evil.test' },
      'another challenge': { challenge: 'A'.repeat(43) },
      'asked instead of made': { type: 'webauthn.get' },
      'nobody unlocked it': { unverified: true },
    } as Record<string, Mischief>)) {
      const { answer } = await add(person, new SoftPasskey(server.url), mischief);
      expect([what, answer.status]).toEqual([what, 400]);
      expect(textOf(answer.text)).toContain('That passkey was not accepted.');
    }
    const factors = (await asOperator(server, 'GET', `/users/${person.id}/factors`)).json();
    expect(factors).toEqual({
      password: true,
      passkeys: 0,
      authenticator: false,
      recovery_codes: 0,
      providers: [],
    });
  });

  it('for one person is of no use to another, nor twice', async () => {
    const [one, two] = [await join(server, mailbox), await join(server, mailbox)];
    const { passkey, answer } = await add(one);
    expect(answer.status).toBe(303);
    expect((await signIn(passkey, one.jar)).status).toBe(303);
    // The same authenticator again: the browser would say so, and the server does.
    expect((await add(one, passkey)).answer.status).toBe(400);
    expect((await add(two, passkey)).answer.status).toBe(400);
    const page = await get(`${server.base}/account/security/passkeys/new`, { cookies: one.jar });
    const form = passkeyFormOf(page);
    expect(JSON.parse(form.options).excludeCredentials).toHaveLength(1);
    const response = new SoftPasskey(server.url).create(form.options);
    const { ticket = '' } = form.hidden;
    const theirs = await sendForm(server, two.jar, '/account/security/passkeys', { ticket, response });
    expect(theirs.status).toBe(400);
  });

  it('is possible with an invitation: no password at all', async () => {
    const { id, email, link } = await invite(server, mailbox);
    const jar = new CookieJar();
    const page = await get(server.base + link.pathname, { cookies: jar });
    const passkey = new SoftPasskey(server.url);
    const wrong = await submitForm(server, page, passkeyFormOf(page), {
      cookies: jar,
      values: { response: '{}' },
    });
    expect(wrong.status).toBe(400);
    const form = passkeyFormOf(wrong);
    const answer = await submitForm(server, wrong, form, {
      cookies: jar,
      values: { response: passkey.create(form.options) },
    });
    expect([answer.status, answer.headers.location]).toEqual([303, '/account']);
    expect(await isIn(server, jar)).toBe(true);
    expect((await get(server.base + link.pathname)).status).toBe(410);
    expect((await signIn(passkey)).status).toBe(303);
    const factors = (await asOperator(server, 'GET', `/users/${id}/factors`)).json();
    expect(factors).toMatchObject({ password: false, passkeys: 1 });
    // It is the only way in, and stays.
    const idOf = formsOf((await security(server, jar)).text).find(({ action }) =>
      action.endsWith('/passkeys/remove'),
    )!.hidden['id']!;
    const kept = await sendForm(server, jar, '/account/security/passkeys/remove', { id: idOf });
    expect(kept.headers.location).toBe('/account/security?done=last_way_in');
    // Whoever loses it is helped by a letter.
    await forgot(server, email);
    expect(linkIn(await mailbox.take(email, /new password/)).pathname).toMatch(/^\/link\//);
  });
});

describe('an operator who resets what somebody signs in with', () => {
  it('ends all of it, and everything that was got with it', async () => {
    const person = await withPasskey();
    const reset = await asOperator(server, 'DELETE', `/users/${person.id}/factors`, {
      json: { reason: 'lost the phone' },
    });
    expect(reset.status).toBe(200);
    expect(reset.json()).toMatchObject({ ended: true, sessions: 1 });
    expect(await isIn(server, person.jar)).toBe(false);
    expect((await signIn(person.passkey)).status).toBe(401);
    const [event] = await events(server, { type: 'user.factors.reset', user_id: person.id });
    expect(event!.details).toMatchObject({ passkeys: 1, authenticator: false, reason: 'lost the phone' });
    await mailbox.take(person.email, /was reset/);
    const nobody = '01890000-0000-7000-8000-000000000000';
    expect((await asOperator(server, 'DELETE', `/users/${nobody}/factors`)).status).toBe(404);
  });
});
