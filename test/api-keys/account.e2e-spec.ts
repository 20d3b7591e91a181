import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { textOf } from '../support/html.js';
import { get, post, type CookieJar, type HttpResponse } from '../support/http.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { events } from '../oauth/harness.js';
import { SecondPeople } from '../oauth/second-person.js';
import {
  browserOf,
  fillIn,
  idOf,
  keyIn,
  keysPage,
  NO_LIMIT,
  ownKey,
  revokeForms,
  TAKES_KEYS,
  withKey,
} from './harness.js';

const people = new SecondPeople();
let server: TestServer;

beforeAll(async () => {
  server = await startServer({
    config: {
      ...TAKES_KEYS,
      limits: NO_LIMIT,
      lifetimes: { apiKey: '30d', apiKeyMax: '60d' },
      identityProviders: await people.start(),
    },
  });
});
afterAll(() => people.stop());

const revoke = (jar: CookieJar, form: Record<string, string>): Promise<HttpResponse> =>
  post(`${server.base}/account/api-keys/revoke`, { cookies: jar, form, headers: { origin: server.url } });

describe('the page of API keys', () => {
  it('is for people who are signed in', async () => {
    const answer = await get(`${server.base}/account/api-keys`);
    expect([answer.status, answer.headers.location]).toEqual([303, '/login?return_to=%2Faccount%2Fapi-keys']);
  });

  it('makes a key that is shown once, and lists it without the key', async () => {
    const jar = await people.signIn(server, 'ada');
    expect((await get(`${server.base}/account`, { cookies: jar })).text).toContain('/account/api-keys');
    const made = await fillIn(server, jar, { name: 'Backup <b>', days: '7' });
    const key = keyIn(made);
    expect(made.status).toBe(200);
    expect(made.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    const page = await keysPage(server, jar);
    expect(textOf(page.text)).toContain('Backup <b>');
    expect(page.text).not.toContain(key.slice(0, 20));
    expect((await withKey(server, key)).status).toBe(200);
    const [event] = await events(server, { type: 'api_key.created' });
    expect(event).toMatchObject({ actor: { type: 'user' }, details: { holder: 'person' } });
  });

  it('offers what the person may do and nothing of administration to who has no role', async () => {
    const page = await keysPage(server, await people.signIn(server, 'bob'));
    expect(page.text).toContain('value="mcp:tools:read"');
    expect(page.text).not.toContain('admin:');
    expect((await keysPage(server, await browserOf(server))).text).toContain('value="admin:audit:read"');
  });

  it.each([
    ['more than the person has', { scope: ['mcp:tools:read', 'admin:users'] }],
    ['a scope that is about the person', { scope: 'openid' }],
    ['no scope', { scope: '' }],
    ['more days than there are', { days: '61' }],
  ])('makes no key with %s', async (_, fields) => {
    const refused = await fillIn(server, await people.signIn(server, 'carol'), fields);
    expect([refused.status, refused.text.includes('role="alert"')]).toEqual([400, true]);
    expect(refused.text).not.toContain('gh_key_');
  });

  it.each([
    { days: '0' },
    { days: '-1' },
    { days: '1e9' },
    { name: '' },
    { name: 'a\u0000' },
    { name: 'x'.repeat(101) },
  ])('refuses %j without failing', async (fields) => {
    expect((await fillIn(server, await people.signIn(server, 'dora'), fields)).status).toBe(400);
  });

  it('takes no form that was not given to this browser', async () => {
    const jar = await people.signIn(server, 'erin');
    const form = { name: 'Forged', scope: 'mcp:tools:read', days: '1', csrf: 'guessed' };
    const headers = { origin: server.url };
    const forged = await post(`${server.base}/account/api-keys`, { cookies: jar, form, headers });
    expect(forged.status).toBe(403);
    expect(revokeForms(await keysPage(server, jar))).toEqual([]);
  });

  it('ends a key, of one’s own and of nobody else', async () => {
    const [frank, gina] = [await people.signIn(server, 'frank'), await people.signIn(server, 'gina')];
    const key = await ownKey(server, frank);
    const id = await idOf(server, key);
    await ownKey(server, gina);
    const [other] = revokeForms(await keysPage(server, gina));
    const foreign = await revoke(gina, { csrf: other!.csrf, id });
    expect([foreign.status, foreign.headers.location]).toEqual([303, '/account/api-keys']);
    expect((await withKey(server, key)).status).toBe(200);
    const [form] = revokeForms(await keysPage(server, frank));
    const ended = await revoke(frank, { ...form! });
    expect(ended.headers.location).toBe('/account/api-keys?done=revoked');
    expect((await withKey(server, key)).status).toBe(401);
    expect(revokeForms(await keysPage(server, frank))).toEqual([]);
  });

  it('ends every key when a person ends everything', async () => {
    const jar = await people.signIn(server, 'hugo');
    const key = await ownKey(server, jar);
    const [form] = revokeForms(await keysPage(server, jar));
    const options = { cookies: jar, form: { csrf: form!.csrf }, headers: { origin: server.url } };
    expect((await post(`${server.base}/account/end-all`, options)).status).toBe(303);
    expect((await withKey(server, key)).status).toBe(401);
  });
});

describe('who signed in a while ago', () => {
  it('may end keys but make none before a new sign-in', async () => {
    const strict = await startServer({ config: { ...TAKES_KEYS, lifetimes: { recentSignIn: '3s' } } });
    const jar = await browserOf(strict);
    const key = await ownKey(strict, jar);
    const [form] = revokeForms(await keysPage(strict, jar));
    await sleep(3_100);
    const page = await keysPage(strict, jar);
    expect(page.text).not.toContain('name="scope"');
    expect(page.text).toContain('problem=confirm');
    const forced = await post(`${strict.base}/account/api-keys`, {
      cookies: jar,
      form: { csrf: form!.csrf, name: 'Late', scope: 'mcp:tools:read', days: '1' },
      headers: { origin: strict.url },
    });
    expect([forced.status, forced.headers.location]).toEqual([
      303,
      expect.stringContaining('/login?problem=confirm'),
    ]);
    expect(revokeForms(await keysPage(strict, jar))).toHaveLength(1);
    const ended = await post(`${strict.base}/account/api-keys/revoke`, {
      cookies: jar,
      form: { ...form! },
      headers: { origin: strict.url },
    });
    expect(ended.status).toBe(303);
    expect((await withKey(strict, key)).status).toBe(401);
    await strict.stop();
  });
});
