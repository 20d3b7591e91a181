import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attemptSignIn, authorize, authorizeUrl, exchange, submitForm, tokensOf } from '../support/actors.js';
import { formOf, formsOf, textOf } from '../support/html.js';
import { CookieJar, get, post, type HttpResponse } from '../support/http.js';
import { linkIn, Mailbox } from '../support/mailbox.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { withClient } from '../support/postgres.js';
import { sleep } from '../support/server-process.js';
import { SoftPasskey } from '../support/soft-passkey.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, atOnce, claimsOf, events, INSIDE, ROOMY, webClient } from '../oauth/harness.js';
import {
  addAuthenticator,
  choosePassword,
  codesOn,
  earlierTotp,
  follow,
  isIn,
  join,
  newPassword,
  passkeyFormOf,
  ROOMY_MAIL,
  secretOn,
  sendForm,
  signInWithCode,
  submitCode,
  totp,
} from './people.js';

const MFA = 'urn:gatehouse:acr:mfa';
const PASSKEY = 'urn:gatehouse:acr:passkey';

const mailbox = new Mailbox();
let server: TestServer;

beforeAll(async () => {
  await mailbox.start();
  server = await startServer({
    config: {
      limits: {
        ...ROOMY,
        ...ROOMY_MAIL,
        secondStep: {
          account: { points: 4, seconds: 60, blockSeconds: 60 },
          daily: { points: 50, seconds: 60 },
        },
      },
      mail: mailbox.config,
      policies: { secondFactor: 'required_for_admins' },
    },
  });
});
afterAll(() => mailbox.stop());

/** Somebody who has an authenticator app. */
async function withApp() {
  const person = await join(server, mailbox);
  return { ...person, ...(await addAuthenticator(server, person.jar)) };
}

describe('an authenticator app', () => {
  it('is asked for after the password, and then the person is in', async () => {
    const person = await withApp();
    const jar = new CookieJar();
    const first = await attemptSignIn(server, jar, { ...person, returnTo: '/account?x=1' });
    expect(first.headers.location).toBe('/login/second?return_to=%2Faccount%3Fx%3D1');
    expect(jar.get('gatehouse_session')).toBeUndefined();
    expect(await isIn(server, jar)).toBe(false);
    const page = await follow(server, jar, first);
    expect(page.text).not.toContain(person.id);
    const answer = await submitCode(server, jar, page, totp(person.secret));
    expect([answer.status, answer.headers.location]).toEqual([303, '/account?x=1']);
    expect(await isIn(server, jar)).toBe(true);
    const [event] = await events(server, { type: 'auth.login.succeeded', user_id: person.id });
    expect(event!.details).toMatchObject({ acr: MFA, amr: ['pwd', 'otp', 'mfa'] });
    await mailbox.take(person.email, /now asks for a code/);
  });

  it('shows codes that are each good once, and none before it', async () => {
    const person = await withApp();
    const code = totp(person.secret);
    expect((await signInWithCode(server, person, code)).status).toBe(303);
    expect((await signInWithCode(server, person, code)).status).toBe(401);
    expect((await signInWithCode(server, person, totp(person.secret, -1))).status).toBe(401);
    expect((await signInWithCode(server, person, totp(person.secret, 1))).status).toBe(303);
  });

  it('of which one code comes twice at once lets one in', async () => {
    const person = await withApp();
    const code = totp(person.secret);
    const jars = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const jar = new CookieJar();
        return { jar, page: await follow(server, jar, await attemptSignIn(server, jar, person)) };
      }),
    );
    const answers = await Promise.all(jars.map(({ jar, page }) => submitCode(server, jar, page, code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 401, 401, 401]);
  });

  it('with a clock far off, or anything else, does not let in', async () => {
    const person = await withApp();
    const jar = new CookieJar();
    const page = await follow(server, jar, await attemptSignIn(server, jar, person));
    const form = formOf(page.text, '/login/second');
    for (const code of ['', '12345', totp(person.secret, 3), totp(person.secret, -3)]) {
      const answer = await submitForm(server, page, form, { cookies: jar, values: { code } });
      expect([code, answer.status]).toEqual([code, 401]);
      expect(textOf(answer.text)).toContain('That code is not right');
      expect(answer.text).not.toMatch(INSIDE);
      expect(jar.get('gatehouse_session')).toBeUndefined();
    }
  });

  it('is guessed a few times only, by everybody at once, and its owner is told; a new password ends the wait', async () => {
    const person = await withApp();
    const begin = async () => {
      const jar = new CookieJar();
      return { jar, page: await follow(server, jar, await attemptSignIn(server, jar, person)) };
    };
    const tries = await atOnce(12, begin);
    const guesses = await Promise.all(
      tries.map(({ jar, page }, index) => submitCode(server, jar, page, String(100_000 + index))),
    );
    const statuses = guesses.map(({ status }) => status).sort();
    expect(statuses.filter((status) => status === 401)).toHaveLength(4);
    expect(statuses.filter((status) => status === 429)).toHaveLength(8);
    const late = await begin();
    const right = await submitCode(server, late.jar, late.page, totp(person.secret));
    expect(right.status).toBe(429);
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(0);
    expect((await mailbox.take(person.email, /knows your password/)).text).toContain('wrong codes');
    const failed = await events(server, { type: 'auth.second_step.failed', user_id: person.id });
    expect(failed.map(({ outcome }) => outcome.reason_code)).toContain('too_many_failures');
    expect(failed.map(({ outcome }) => outcome.reason_code)).toContain('wrong_code');
    // A stranger who does not know the password never gets here, so never makes them wait.
    const other = await withApp();
    for (let index = 0; index < 6; index++)
      await attemptSignIn(server, new CookieJar(), { email: other.email, password: 'wrong' });
    expect((await signInWithCode(server, other, totp(other.secret))).status).toBe(303);
  });
});

describe('the time between password and code', () => {
  it('belongs to one browser, once, and to the password that was right', async () => {
    const person = await withApp();
    const jar = new CookieJar();
    const page = await follow(server, jar, await attemptSignIn(server, jar, person));
    const { csrf = '' } = formOf(page.text, '/login/second').hidden;
    const send = (cookies: CookieJar, form: Record<string, string>, headers = {}) =>
      post(`${server.base}/login/second`, { cookies, form, headers: { origin: server.url, ...headers } });
    const code = totp(person.secret);
    expect((await send(jar.copy(), { code })).status).toBe(403);
    expect((await send(jar.copy(), { csrf, code }, { origin: 'https://evil.test' })).status).toBe(403);
    expect((await send(jar.copy(), { csrf, code }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(
      (await get(`${server.base}/login/second?csrf=${csrf}&code=${code}`, { cookies: jar })).status,
    ).toBe(200);
    // The cookie alone, in another browser.
    const thief = new CookieJar();
    thief.set('gatehouse_second', jar.get('gatehouse_second')!);
    const stolen = await get(`${server.base}/login/second`, { cookies: thief });
    expect(stolen.headers.location).toBe('/login?problem=session_expired');
    for (const form of [{ csrf, code: [code, code] }, { csrf }] as Record<string, string>[])
      expect((await send(jar.copy(), form)).status).toBe(400);
    const kept = jar.copy();
    expect((await send(jar, { csrf, code })).status).toBe(303);
    expect(jar.get('gatehouse_second')).toBeUndefined();
    const again = await send(kept, { csrf, code: totp(person.secret, 1) });
    expect([again.status, again.headers.location]).toEqual([303, '/login?problem=session_expired']);
    expect(await isIn(server, kept)).toBe(false);
  });

  it('ends when the person is kept out', async () => {
    const person = await withApp();
    const jar = new CookieJar();
    const page = await follow(server, jar, await attemptSignIn(server, jar, person));
    await asOperator(server, 'POST', `/users/${person.id}/disable`);
    const answer = await submitCode(server, jar, page, totp(person.secret));
    expect(answer.headers.location).toBe('/login?problem=session_expired');
    expect(await isIn(server, jar)).toBe(false);
  });

  it('has cookies that no script and no other site gets', async () => {
    const person = await withApp();
    const jar = new CookieJar();
    await attemptSignIn(server, jar, person);
    expect(jar.attributes('gatehouse_second')).toMatch(/HttpOnly/);
    expect(jar.attributes('gatehouse_second')).toMatch(/SameSite=Lax/);
    expect(jar.attributes('gatehouse_second')).toMatch(/Max-Age=600/);
    expect(jar.attributes('gatehouse_second')).not.toMatch(/Domain/);
  });

  it('without a password has no page', async () => {
    for (const path of [
      '/login/second',
      '/login/setup',
      '/login/setup/authenticator',
      '/login/setup/passkey',
    ]) {
      const answer = await get(server.base + path);
      expect([path, answer.headers.location]).toEqual([path, '/login?problem=session_expired']);
    }
  });
});

describe('recovery codes', () => {
  it('are ten, each lets in once, however it is typed, and the person is told', async () => {
    const person = await withApp();
    expect(new Set(person.codes).size).toBe(10);
    const [code, other] = person.codes as [string, string];
    expect((await signInWithCode(server, person, code.toUpperCase().replaceAll('-', ' '))).status).toBe(303);
    expect((await signInWithCode(server, person, code)).status).toBe(401);
    expect((await mailbox.take(person.email, /recovery code was used/)).text).toContain('Codes left: 9.');
    expect((await signInWithCode(server, person, other)).status).toBe(303);
    const [event] = await events(server, { type: 'auth.login.succeeded', user_id: person.id });
    expect(event!.details).toMatchObject({ acr: MFA, amr: ['pwd', 'mfa'] });
  });

  it('of somebody else let nobody in', async () => {
    const [one, two] = [await withApp(), await withApp()];
    expect((await signInWithCode(server, one, two.codes[0]!)).status).toBe(401);
    expect((await signInWithCode(server, two, two.codes[0]!)).status).toBe(303);
  });
});

describe('who must have a second step and has none', () => {
  it('sets one up at the next sign-in, with a code that shows that the app has the secret', async () => {
    const email = 'new-admin@example.com';
    await asOperator(server, 'POST', '/users', { json: { email, roles: ['auditor'] } });
    const password = newPassword();
    const jar = new CookieJar();
    const accepted = await choosePassword(server, linkIn(await mailbox.take(email)), password, jar);
    expect(accepted.headers.location).toBe('/login/setup');
    expect(await isIn(server, jar)).toBe(false);
    const choice = await follow(server, jar, accepted);
    expect(formsOf(choice.text)).toEqual([]);
    const skip = await post(`${server.base}/login/setup/skip`, {
      cookies: jar,
      form: {},
      headers: { origin: server.url },
    });
    expect(skip.status).toBe(403);
    const page = await get(`${server.base}/login/setup/authenticator`, { cookies: jar });
    const secret = secretOn(page);
    const form = formOf(page.text, '/login/setup/authenticator');
    const wrong = await submitForm(server, page, form, { cookies: jar, values: { code: '000000' } });
    expect([wrong.status, secretOn(wrong)]).toEqual([401, secret]);
    const done = await submitForm(server, wrong, formOf(wrong.text, '/login/setup/authenticator'), {
      cookies: jar,
      values: { code: await earlierTotp(secret) },
    });
    expect([done.status, codesOn(done).length]).toEqual([200, 10]);
    expect(done.headers['cache-control']).toBe('no-store');
    expect(await isIn(server, jar)).toBe(true);
    const next = await signInWithCode(server, { email, password }, totp(secret));
    expect(next.status).toBe(303);
    // It cannot be taken away again.
    const kept = await sendForm(server, jar, '/account/security/authenticator/remove');
    expect(kept.headers.location).toBe('/account/security?done=second_step_required');
  });

  it('cannot add one beside another with the password alone', async () => {
    const person = await withApp();
    const jar = new CookieJar();
    await attemptSignIn(server, jar, person);
    for (const path of ['', '/authenticator', '/passkey']) {
      const answer = await get(`${server.base}/login/setup${path}`, { cookies: jar });
      expect([path, answer.headers.location]).toEqual([path, '/login/second']);
    }
  });
});

describe('an app that asks for more than a password', () => {
  it('gets it, and the token says so', async () => {
    const person = await withApp();
    const client = await webClient(server);
    const { jar } = await join(server, mailbox);
    // In a browser where somebody is signed in by password already.
    await attemptSignIn(server, jar, person);
    const verifier = 'v'.repeat(43);
    const asked = await get(
      authorizeUrl(server, client, { scope: 'openid', extra: { acr_values: MFA } }, verifier),
      { cookies: jar },
    );
    const login = await follow(server, jar, asked);
    expect(textOf(login.text)).toContain('asks for more than a password');
    const first = await submitForm(server, login, formOf(login.text, '/login'), {
      cookies: jar,
      values: { email: person.email, password: person.password },
    });
    expect(first.headers.location).toMatch(/^\/login\/second\?return_to=/);
    const page = await follow(server, jar, first);
    expect(page.headers['content-security-policy']).toContain('https://app.example');
    await submitCode(server, jar, page, totp(person.secret));
    const { code, verifier: own } = await authorize(server, client, {
      jar,
      scope: 'openid',
      extra: { acr_values: MFA },
    });
    const tokens = tokensOf(await exchange(server, client, code, own));
    expect(claimsOf(tokens.id_token!)).toMatchObject({ acr: MFA, amr: ['pwd', 'otp', 'mfa'] });
  });

  it('leads who has nothing more to where it is set up, which they may leave for now', async () => {
    const person = await join(server, mailbox);
    const client = await webClient(server);
    for (const acr_values of [MFA, PASSKEY]) {
      const jar = new CookieJar();
      const asks = authorizeUrl(server, client, { scope: 'openid', extra: { acr_values } }, 'v'.repeat(43));
      const login = await follow(server, jar, await get(asks, { cookies: jar }));
      const first = await submitForm(server, login, formOf(login.text, '/login'), {
        cookies: jar,
        values: { email: person.email, password: person.password },
      });
      expect(first.headers.location).toMatch(/^\/login\/setup\?return_to=/);
      const page = await follow(server, jar, first);
      expect(textOf(page.text)).toContain('asks for more than a password');
      const skipped = await submitForm(server, page, formOf(page.text, '/login/setup/skip'), {
        cookies: jar,
      });
      expect(skipped.headers.location).toMatch(/^\/oauth2\/authorize\?/);
      expect(await isIn(server, jar)).toBe(true);
    }
  });

  it('and gets a passkey in place of a code, which is more', async () => {
    const person = await join(server, mailbox);
    const client = await webClient(server);
    const jar = new CookieJar();
    const asks = authorizeUrl(
      server,
      client,
      { scope: 'openid', extra: { acr_values: MFA } },
      'v'.repeat(43),
    );
    const login = await follow(server, jar, await get(asks, { cookies: jar }));
    const first = await submitForm(server, login, formOf(login.text, '/login'), {
      cookies: jar,
      values: { email: person.email, password: person.password },
    });
    const back = first.location!.searchParams.get('return_to')!;
    const page = await get(`${server.base}/login/setup/passkey?return_to=${encodeURIComponent(back)}`, {
      cookies: jar,
    });
    const passkey = new SoftPasskey(server.url);
    const form = passkeyFormOf(page);
    const done = await submitForm(server, page, form, {
      cookies: jar,
      values: { response: passkey.create(form.options) },
    });
    expect(done.headers.location).toBe(back);
    // The next time it is asked for in the second step.
    const again = new CookieJar();
    const asked = await follow(server, again, await get(asks, { cookies: again }));
    const second = await submitForm(server, asked, formOf(asked.text, '/login'), {
      cookies: again,
      values: { email: person.email, password: person.password },
    });
    const step = await follow(server, again, second);
    const ask = passkeyFormOf(step);
    expect(JSON.parse(ask.options).allowCredentials).toHaveLength(1);
    const foreign = new SoftPasskey(server.url);
    for (const response of ['', '{}', foreign.get(ask.options)]) {
      const page_ = await follow(server, again, second);
      const form_ = passkeyFormOf(page_);
      const refused = await submitForm(server, page_, form_, { cookies: again, values: { response } });
      expect(refused.status).toBe(401);
    }
    const fresh = await follow(server, again, second);
    const freshForm = passkeyFormOf(fresh);
    const let_in = await submitForm(server, fresh, freshForm, {
      cookies: again,
      values: { response: passkey.get(freshForm.options) },
    });
    expect(let_in.status).toBe(303);
    const { code, verifier } = await authorize(server, client, { jar: again, scope: 'openid' });
    const tokens = tokensOf(await exchange(server, client, code, verifier));
    expect(claimsOf(tokens.id_token!)).toMatchObject({ acr: PASSKEY, amr: ['pwd', 'hwk', 'user', 'mfa'] });
  });
});

/** Whoever changes how somebody signs in, in the very moment in which somebody signs in so. */
describeOnPostgres('a sign-in that is overtaken', () => {
  const overtaken = (id: string, signIn: () => Promise<HttpResponse>, statement: string) =>
    withClient(server.databaseUrl!, async (other) => {
      await other.query('BEGIN');
      await other.query('SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE', [id]);
      const answer = signIn();
      const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      while ((await server.sql(waiting)).length === 0) await sleep(20);
      await other.query(statement, [id]);
      await other.query('COMMIT');
      return answer;
    });
  const NEW_PASSWORD = `UPDATE users SET password_hash = password_hash || 'x' WHERE id = $1`;
  const DISABLED = 'UPDATE users SET disabled_at = now() WHERE id = $1';
  const expectOut = async (id: string, jar: CookieJar, answer: HttpResponse): Promise<void> => {
    expect([answer.status, answer.headers.location]).toEqual([
      303,
      expect.stringContaining('/login?problem=session_expired'),
    ]);
    expect(jar.get('gatehouse_session')).toBeUndefined();
    const since = `created_at > now() - interval '3 seconds'`;
    expect(await server.sql(`SELECT 1 FROM sessions WHERE user_id = $1 AND ${since}`, [id])).toEqual([]);
    const [event] = await events(server, { type: 'auth.login.failed', user_id: id });
    expect(event!.outcome).toMatchObject({ result: 'denied', reason_code: 'overtaken' });
  };

  it.each([
    ['by another password', NEW_PASSWORD],
    ['by who keeps the person out', DISABLED],
  ])('after the password %s lets nobody in', async (_what, statement) => {
    const person = await join(server, mailbox);
    await sleep(3_000);
    const jar = new CookieJar();
    await expectOut(
      person.id,
      jar,
      await overtaken(person.id, () => attemptSignIn(server, jar, person), statement),
    );
  });

  it.each([
    ['by another password', NEW_PASSWORD],
    ['by who takes the app away', 'DELETE FROM authenticators WHERE user_id = $1'],
  ])('after the code %s lets nobody in', async (_what, statement) => {
    const person = await withApp();
    await sleep(3_000);
    const jar = new CookieJar();
    const page = await follow(server, jar, await attemptSignIn(server, jar, person));
    const send = () => submitCode(server, jar, page, totp(person.secret));
    await expectOut(person.id, jar, await overtaken(person.id, send, statement));
  });

  it('after the passkey by who takes it away lets nobody in', async () => {
    const person = await join(server, mailbox);
    const adding = await get(`${server.base}/account/security/passkeys/new`, { cookies: person.jar });
    const creation = passkeyFormOf(adding);
    const passkey = new SoftPasskey(server.url);
    const values = { response: passkey.create(creation.options), name: 'Key' };
    await submitForm(server, adding, creation, { cookies: person.jar, values });
    await sleep(3_000);
    const jar = new CookieJar();
    const page = await get(`${server.base}/login`, { cookies: jar });
    const form = passkeyFormOf(page);
    const send = () =>
      submitForm(server, page, form, { cookies: jar, values: { response: passkey.get(form.options) } });
    const statement = 'DELETE FROM passkeys WHERE user_id = $1';
    await expectOut(person.id, jar, await overtaken(person.id, send, statement));
  });

  it('while a first second factor is set up adds none', async () => {
    const email = 'overtaken-admin@example.com';
    await asOperator(server, 'POST', '/users', { json: { email, roles: ['auditor'] } });
    const jar = new CookieJar();
    await choosePassword(server, linkIn(await mailbox.take(email)), newPassword(), jar);
    const [{ id } = { id: '' }] = await server.sql<{ id: string }>('SELECT id FROM users WHERE email = $1', [
      email,
    ]);
    const page = await get(`${server.base}/login/setup/authenticator`, { cookies: jar });
    const form = formOf(page.text, '/login/setup/authenticator');
    const values = { code: await earlierTotp(secretOn(page)) };
    const send = () => submitForm(server, page, form, { cookies: jar, values });
    const answer = await overtaken(id, send, NEW_PASSWORD);
    expect(answer.headers.location).toContain('/login?problem=session_expired');
    expect(await server.sql('SELECT 1 FROM authenticators WHERE user_id = $1', [id])).toEqual([]);
    expect(jar.get('gatehouse_session')).toBeUndefined();
  });
});
