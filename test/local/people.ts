import { createHmac } from 'node:crypto';
import { attemptSignIn, submitForm } from '../support/actors.js';
import { formOf, formsOf, textOf, type HtmlForm } from '../support/html.js';
import { CookieJar, get, post, type HttpResponse } from '../support/http.js';
import { linkIn, type Mailbox } from '../support/mailbox.js';
import { sleep } from '../support/server-process.js';
import type { TestServer } from '../support/server.js';
import { asOperator } from '../oauth/harness.js';

/** What nobody guesses, another one each time. */
let passwords = 0;
export const newPassword = (): string => `velvet tractor ${++passwords} monsoon piano`;

/** Limits that a file full of letters and codes does not run into. */
export const ROOMY_MAIL = {
  mail: { account: { points: 10_000, seconds: 60 }, address: { points: 10_000, seconds: 60 } },
  secondStep: { account: { points: 10_000, seconds: 60 }, daily: { points: 10_000, seconds: 60 } },
};

export interface LocalPerson {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  /** A browser in which they are signed in. */
  readonly jar: CookieJar;
}

let people = 0;

/** Invites somebody. Answers their id and where their link leads. */
export async function invite(
  server: TestServer,
  mailbox: Mailbox,
  over: Record<string, unknown> = {},
): Promise<{ id: string; email: string; link: URL }> {
  const email = `person${++people}@example.com`;
  const made = await asOperator(server, 'POST', '/users', { json: { email, ...over } });
  if (made.status !== 201) throw new Error(`Inviting ${email} answered ${made.status}: ${made.text}`);
  const { id, email: to } = made.json<{ id: string; email: string }>();
  return { id, email: to, link: linkIn(await mailbox.take(to, /invited|eingeladen/)) };
}

/** Somebody who was invited and has chosen a password. */
export async function join(
  server: TestServer,
  mailbox: Mailbox,
  over: Record<string, unknown> = {},
): Promise<LocalPerson> {
  const { id, email, link } = await invite(server, mailbox, over);
  const password = newPassword();
  const jar = new CookieJar();
  const answer = await choosePassword(server, link, password, jar);
  if (answer.status !== 303) throw new Error(`The link answered ${answer.status}: ${textOf(answer.text)}`);
  return { id, email, password, jar };
}

/** Opens a link and submits the form that it shows. */
export async function choosePassword(
  server: TestServer,
  link: URL,
  password: string,
  jar = new CookieJar(),
): Promise<HttpResponse> {
  const page = await get(server.base + link.pathname, { cookies: jar });
  const form = formOf(page.text, hasNewPassword);
  return submitForm(server, page, form, { cookies: jar, values: { password } });
}

const hasNewPassword = (form: HtmlForm): boolean =>
  form.inputs.some(({ name, type }) => name === 'password' && type === 'password');

/** Asks for a new password, and answers the page. */
export async function forgot(server: TestServer, email: string, headers = {}): Promise<HttpResponse> {
  const jar = new CookieJar();
  const page = await get(`${server.base}/login/forgot`, { cookies: jar, headers });
  const form = formOf(page.text, '/login/forgot');
  return submitForm(server, page, form, { cookies: jar, values: { email }, headers });
}

/** Signs in by password and whatever is asked for then; `code` answers what to type. */
export async function signInWithCode(
  server: TestServer,
  { email, password }: Pick<LocalPerson, 'email' | 'password'>,
  code: string,
  jar = new CookieJar(),
): Promise<HttpResponse> {
  const first = await attemptSignIn(server, jar, { email, password });
  return submitCode(server, jar, await follow(server, jar, first), code);
}

export async function submitCode(
  server: TestServer,
  jar: CookieJar,
  page: HttpResponse,
  code: string,
): Promise<HttpResponse> {
  return submitForm(server, page, formOf(page.text, '/login/second'), { cookies: jar, values: { code } });
}

/** Where a redirect leads. */
export async function follow(
  server: TestServer,
  jar: CookieJar,
  answer: HttpResponse,
): Promise<HttpResponse> {
  if (!answer.location) throw new Error(`No redirect but ${answer.status}: ${textOf(answer.text)}`);
  return get(server.base + answer.location.pathname + answer.location.search, { cookies: jar });
}

export const isIn = async (server: TestServer, jar: CookieJar): Promise<boolean> =>
  (await get(`${server.base}/account`, { cookies: jar.copy() })).status === 200;

/** The page about sign-in of whoever is in this browser. */
export const security = (server: TestServer, jar: CookieJar, query = ''): Promise<HttpResponse> =>
  get(`${server.base}/account/security${query}`, { cookies: jar });

/** Submits a form of the account, with the token of this browser. */
export async function sendForm(
  server: TestServer,
  jar: CookieJar,
  path: string,
  fields: Record<string, string | string[]> = {},
): Promise<HttpResponse> {
  const page = await get(`${server.base}/account`, { cookies: jar });
  const { csrf = '' } = formOf(page.text, '/oauth2/logout').hidden;
  return post(`${server.base}${path}`, {
    cookies: jar,
    form: { csrf, ...fields },
    headers: { origin: server.url },
  });
}

/** What is so in a while. */
export async function eventually<T>(find: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const found = await find();
    if (found !== undefined) return found;
    await sleep(100);
  }
  return undefined;
}

/** RFC 6238, of a secret as a page shows it. */
export function totp(secret: string, steps = 0, at = Date.now()): string {
  const key = base32(secret);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000) + steps));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = mac[19]! & 0xf;
  const value = (mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000;
  return String(value).padStart(6, '0');
}

/** The code of the step before, asked for only while there is time to send it before it is two steps old. */
export async function earlierTotp(secret: string): Promise<string> {
  const left = 30_000 - (Date.now() % 30_000);
  if (left < 6_000) await new Promise((resolve) => setTimeout(resolve, left));
  return totp(secret, -1);
}

function base32(text: string): Buffer {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...text.replaceAll(/\s/g, '')].map((one) =>
    letters.indexOf(one).toString(2).padStart(5, '0'),
  );
  return Buffer.from(
    bits
      .join('')
      .match(/.{8}/g)!
      .map((byte) => parseInt(byte, 2)),
  );
}

/** The secret on a page that sets up an authenticator app. */
export function secretOn(page: HttpResponse): string {
  const found = /<code class="key">([A-Z2-7 ]+)<\/code>/.exec(page.text)?.[1];
  if (!found) throw new Error(`No secret on the page: ${textOf(page.text)}`);
  return found;
}

/** The recovery codes on the page that shows them. */
export const codesOn = (page: HttpResponse): string[] =>
  [...page.text.matchAll(/<code>([0-9a-z-]{19})<\/code>/g)].map(([, code]) => code!);

/** Sets up an authenticator app for whoever is signed in; its first code is spent. */
export async function addAuthenticator(
  server: TestServer,
  jar: CookieJar,
): Promise<{ secret: string; codes: string[] }> {
  const page = await get(`${server.base}/account/security/authenticator/new`, { cookies: jar });
  const secret = secretOn(page);
  const done = await submitForm(server, page, formOf(page.text, '/account/security/authenticator'), {
    cookies: jar,
    values: { code: await earlierTotp(secret) },
  });
  const codes = codesOn(done);
  if (codes.length === 0) throw new Error(`No app was set up: ${done.status} ${textOf(done.text)}`);
  return { secret, codes };
}

/** What a page asks a passkey. */
export function passkeyFormOf(page: HttpResponse): HtmlForm & { options: string } {
  const form = formsOf(page.text).find(({ attributes }) => attributes['data-options'] !== undefined);
  if (!form) throw new Error(`No form for passkeys: ${textOf(page.text)}`);
  return { ...form, options: form.attributes['data-options']! };
}
