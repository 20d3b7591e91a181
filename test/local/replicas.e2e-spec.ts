import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attemptSignIn, submitForm } from '../support/actors.js';
import { formOf } from '../support/html.js';
import { CookieJar, get, post, type HttpResponse } from '../support/http.js';
import { Mailbox } from '../support/mailbox.js';
import { describeOnPostgres, describeOnPostgresAndRedis } from '../support/on-postgres.js';
import { createDatabase } from '../support/postgres.js';
import { SoftPasskey } from '../support/soft-passkey.js';
import { startServer, type TestServer } from '../support/server.js';
import { countStatements, type StatementCounter } from '../support/statement-counter.js';
import { asOperator, atOnce, ROOMY } from '../oauth/harness.js';
import {
  addAuthenticator,
  choosePassword,
  eventually,
  follow,
  forgot,
  invite,
  join,
  newPassword,
  passkeyFormOf,
  ROOMY_MAIL,
  submitCode,
  totp,
} from './people.js';

const mailbox = new Mailbox();
beforeAll(() => mailbox.start());
afterAll(() => mailbox.stop());

describeOnPostgres('two replicas', () => {
  let first: TestServer;
  let second: TestServer;
  let counter: StatementCounter;

  beforeAll(async () => {
    const config = { limits: { ...ROOMY, ...ROOMY_MAIL }, mail: mailbox.config };
    counter = await countStatements(await createDatabase());
    first = await startServer({ database: counter.url, config });
    second = await startServer({ database: first.databaseUrl!, env: { PUBLIC_URL: first.url }, config });
  });
  const queued = async (): Promise<number> =>
    Number((await first.sql<{ count: string }>('SELECT count(*) FROM mail_outbox'))[0]!.count);
  const either = (index: number): TestServer => (index % 2 === 0 ? first : second);
  const statuses = (answers: readonly HttpResponse[]): number[] => answers.map(({ status }) => status).sort();

  it('take one answer of a passkey once', async () => {
    const person = await join(first, mailbox);
    const page = await get(`${first.base}/account/security/passkeys/new`, { cookies: person.jar });
    const passkey = new SoftPasskey(first.url, 'synced');
    const form = passkeyFormOf(page);
    await submitForm(first, page, form, {
      cookies: person.jar,
      values: { response: passkey.create(form.options) },
    });
    const jar = new CookieJar();
    const login = await get(`${first.base}/login`, { cookies: jar });
    const ask = passkeyFormOf(login);
    const values = { response: passkey.get(ask.options) };
    const answers = await atOnce(20, (index) =>
      submitForm(either(index), login, ask, { cookies: jar.copy(), values }),
    );
    expect(statuses(answers)).toEqual([303, ...Array.from({ length: 19 }, () => 401)]);
  });

  it('take one code, and one second step, once', async () => {
    const person = await join(first, mailbox);
    const { secret, codes } = await addAuthenticator(first, person.jar);
    const begin = async (index: number) => {
      const jar = new CookieJar();
      const answer = await attemptSignIn(either(index), jar, person);
      return { jar, page: await follow(either(index + 1), jar, answer) };
    };
    const begun = await atOnce(8, begin);
    const code = totp(secret);
    const same = await Promise.all(
      begun.map(({ jar, page }, index) => submitCode(either(index), jar, page, code)),
    );
    expect(statuses(same)).toEqual([303, ...Array.from({ length: 7 }, () => 401)]);
    // One second step, and a good code with each attempt.
    const { jar, page } = await begin(0);
    const each = await atOnce(6, (index) => submitCode(either(index), jar.copy(), page, codes[index]!));
    const went = each.map(({ headers }) => headers.location);
    expect(went.filter((location) => location === '/account')).toHaveLength(1);
    expect(went.filter((location) => location === '/login?problem=session_expired')).toHaveLength(5);
  });

  it('send each letter once, and let one of many use its link', async () => {
    const { link, email } = await invite(second, mailbox);
    const answers = await atOnce(10, (index) => choosePassword(either(index), link, newPassword()));
    expect(statuses(answers)).toEqual([303, ...Array.from({ length: 9 }, () => 410)]);
    expect(mailbox.letters.filter(({ to }) => to === email)).toEqual([]);
    expect(await eventually(async () => ((await queued()) === 0 ? true : undefined))).toBe(true);
  });

  it('send a letter again that could not be sent', async () => {
    const person = await join(first, mailbox);
    mailbox.refuse = '451 try again later';
    const seen = mailbox.commands.length;
    await forgot(first, person.email);
    await mailbox.until(
      () => mailbox.commands.slice(seen).some((line) => line.startsWith('RCPT')) || undefined,
    );
    mailbox.refuse = undefined;
    await first.sql('UPDATE mail_outbox SET next_attempt_at = now()');
    expect((await mailbox.take(person.email, /new password/)).text).toContain('/link/');
  });

  it('do the same for a forgotten password, whoever is meant', async () => {
    const [person, off] = [await join(first, mailbox), await join(first, mailbox)];
    await asOperator(first, 'POST', `/users/${off.id}/disable`);
    const pending = await invite(first, mailbox);
    const jar = new CookieJar();
    const page = await get(`${first.base}/login/forgot`, { cookies: jar });
    const form = formOf(page.text, '/login/forgot');
    // The key of what is about nobody is read once by each process.
    await submitForm(first, page, form, { cookies: jar, values: { email: 'first@example.com' } });
    const done: string[][] = [];
    for (const email of [person.email, 'nobody@example.com', off.email, pending.email, 'x']) {
      await eventually(async () => ((await queued()) === 0 ? true : undefined));
      const statements = await counter.during(() =>
        submitForm(first, page, form, { cookies: jar, values: { email } }),
      );
      // What follows is done by whichever replica finds the letter, whenever that is.
      const own = statements.slice(0, statements.indexOf('COMMIT') + 1);
      done.push(own.map((text) => text.replaceAll(/\s+/g, ' ').slice(0, 120)));
    }
    expect(done[0]).toHaveLength(4);
    for (const statements of done) expect(statements).toEqual(done[0]);
  });
});

describeOnPostgresAndRedis('replicas that share Redis', () => {
  it('count guesses of codes together', async () => {
    const config = {
      limits: {
        ...ROOMY,
        ...ROOMY_MAIL,
        secondStep: {
          account: { points: 5, seconds: 60, blockSeconds: 60 },
          daily: { points: 50, seconds: 60 },
        },
      },
      mail: mailbox.config,
    };
    const env = { REDIS_URL: process.env.REDIS_URL! };
    const first = await startServer({ config, env });
    const second = await startServer({
      database: first.databaseUrl!,
      config,
      env: { ...env, PUBLIC_URL: first.url },
    });
    const person = await join(first, mailbox);
    const { secret } = await addAuthenticator(first, person.jar);
    const guesses = await atOnce(10, async (index) => {
      const at = index % 2 === 0 ? first : second;
      const jar = new CookieJar();
      const page = await follow(at, jar, await attemptSignIn(at, jar, person));
      return submitCode(at, jar, page, String(200_000 + index));
    });
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(5);
    for (const at of [first, second]) {
      const jar = new CookieJar();
      const page = await follow(at, jar, await attemptSignIn(at, jar, person));
      expect((await submitCode(at, jar, page, totp(secret))).status).toBe(429);
    }
  });
});

describe('a server on its own', () => {
  const off = () =>
    startServer({
      config: {
        mail: mailbox.config,
        policies: { localAccounts: false },
        identityProviders: [
          { id: 'corporate', kind: 'oidc', issuer: 'http://127.0.0.1:9', clientId: 'x', clientSecret: 'y' },
        ],
      },
    });

  it('without local accounts has nothing that belongs to them', async () => {
    const server = await off();
    for (const path of [
      '/login/forgot',
      '/login/second',
      '/login/setup',
      '/login/setup/authenticator',
      '/login/setup/passkey',
      '/account/security',
      '/account/security/password',
      '/account/security/email',
      '/account/security/passkeys/new',
      '/account/security/authenticator/new',
      `/link/gh_ln_${'A'.repeat(43)}`,
    ])
      expect([path, (await get(server.base + path)).status]).toEqual([path, 404]);
    for (const path of [
      '/login',
      '/login/passkey',
      '/login/forgot',
      '/login/second',
      '/login/second/passkey',
      '/login/setup/skip',
      '/login/setup/authenticator',
      '/login/setup/passkey',
      '/account/security/password',
      '/account/security/passkeys',
      '/account/security/passkeys/remove',
      '/account/security/authenticator/remove',
      '/account/security/recovery-codes',
      '/account/security/email',
      `/link/gh_ln_${'A'.repeat(43)}`,
      `/link/gh_ln_${'A'.repeat(43)}/passkey`,
    ]) {
      const form = { email: 'a@b.example', password: 'x', code: '1', id: '1', ticket: 'x', csrf: 'x' };
      const answer = await post(server.base + path, { form, headers: { origin: server.url } });
      expect([path, [403, 404].includes(answer.status)]).toEqual([path, true]);
      if (path !== '/login') expect([path, answer.status]).toEqual([path, 404]);
    }
    const login = await get(`${server.base}/login`);
    expect(login.text).not.toMatch(/passkey|forgot|type="password"/);
    const metadata = (await get(`${server.base}/.well-known/openid-configuration`)).json();
    expect(metadata.acr_values_supported).toEqual(['urn:gatehouse:acr:sso']);
    const json = { email: 'a@b.example' };
    expect((await asOperator(server, 'POST', '/users', { json })).status).toBe(404);
  });

  it('without passkeys and without mail offers neither, and says so', async () => {
    const server = await startServer({
      env: { PUBLIC_URL: 'http://127.0.0.1:1', NODE_ENV: '' },
      config: { policies: { passkeys: false }, limits: ROOMY },
    });
    const login = await get(`${server.base}/login`);
    expect(login.text).not.toMatch(/passkey/);
    expect(login.headers['content-security-policy']).not.toContain('script-src');
    const metadata = (await get(`${server.base}/.well-known/openid-configuration`)).json();
    expect(metadata.acr_values_supported).toEqual(['urn:gatehouse:acr:password', 'urn:gatehouse:acr:mfa']);
    // On the embedded database letters are printed; on a server there are none.
    const made = await asOperator(server, 'POST', '/users', { json: { email: 'printed@example.com' } });
    if (server.databaseUrl) {
      expect([made.status, made.json()['detail']]).toEqual([409, expect.stringContaining('sends no mail')]);
      expect(login.text).not.toContain('/login/forgot');
      expect(server.output()).toContain('mail is not configured');
    } else {
      expect(made.status).toBe(201);
      const line = await eventually(
        async () => /this letter would have been sent/.exec(server.output())?.[0],
      );
      expect(line).toBe('this letter would have been sent');
      expect(server.output()).toMatch(/\/link\/gh_ln_[\w-]{43}/);
    }
  });
});
