import { beforeAll, describe, expect, it } from '@jest/globals';
import { refresh, submitForm } from '../support/actors.js';
import { formOf, formsOf, textOf } from '../support/html.js';
import { CookieJar, get, post, request } from '../support/http.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import {
  authorizeQuery,
  connectIn,
  events,
  mcpStatus,
  ROOMY,
  signedIn,
  webClient,
} from '../oauth/harness.js';

const SESSION = 'gatehouse_session';

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
});

const url = (): string => `${server.base}/oauth2/logout`;
const isIn = async (jar: CookieJar): Promise<boolean> =>
  (await get(`${server.base}/account`, { cookies: jar.copy() })).status === 200;

/** Signs out with the form of the page. */
async function signOut(jar: CookieJar) {
  const page = await get(url(), { cookies: jar });
  return submitForm(server, page, formOf(page.text, '/logout'), { cookies: jar });
}

describe('signing out', () => {
  it('ends the session at the server and takes the cookie away', async () => {
    const jar = await signedIn(server);
    const before = jar.copy();
    const attributes = before.attributes(SESSION)!;
    const answer = await signOut(jar);
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(jar.get(SESSION)).toBeUndefined();
    const cleared = answer.headers['set-cookie']!.find((line) => line.startsWith(`${SESSION}=;`))!;
    for (const attribute of ['Path=/', 'HttpOnly', 'SameSite=Lax']) {
      expect(attributes).toContain(attribute);
      expect(cleared).toContain(attribute);
    }
    expect(await isIn(before)).toBe(false);
    const [event] = await events(server, { type: 'auth.logout.completed' });
    expect(event).toMatchObject({ outcome: { result: 'allowed' } });
  });

  it('leaves nobody signed in for an app either', async () => {
    const jar = await signedIn(server);
    const client = await webClient(server);
    await connectIn(server, jar, { client });
    const before = jar.copy();
    const silent = async (browser: CookieJar) => {
      const query = authorizeQuery(server, client, { prompt: 'none' });
      return (await get(`${server.base}/oauth2/authorize?${query}`, { cookies: browser })).location!
        .searchParams;
    };
    expect((await silent(jar)).has('code')).toBe(true);
    await signOut(jar);
    for (const browser of [jar, before]) expect((await silent(browser)).get('error')).toBe('login_required');
  });

  it('lets what apps were allowed to do go on', async () => {
    const jar = await signedIn(server);
    const { client, tokens } = await connectIn(server, jar);
    await signOut(jar);
    expect(await mcpStatus(server, tokens.access_token)).toBe(200);
    expect((await refresh(server, client, tokens.refresh_token!)).status).toBe(200);
  });

  it('ends this browser and no other', async () => {
    const [one, two] = [await signedIn(server), await signedIn(server)];
    await signOut(one);
    expect(await isIn(two)).toBe(true);
  });

  it('can be done from the account page, and again without harm', async () => {
    const jar = await signedIn(server);
    const account = await get(`${server.base}/account`, { cookies: jar });
    const form = formOf(account.text, '/logout');
    expect((await submitForm(server, account, form, { cookies: jar })).status).toBe(200);
    expect(await isIn(jar)).toBe(false);
    // The form was bound to the session that is over.
    expect((await submitForm(server, account, form, { cookies: jar })).status).toBe(403);
  });
});

describe('the page', () => {
  it('asks first and says who is signed in', async () => {
    const jar = await signedIn(server);
    const page = await get(url(), { cookies: jar });
    expect(page.status).toBe(200);
    expect(textOf(page.text)).toContain(ADMIN_EMAIL);
    expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'x-frame-options': 'DENY' });
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(await isIn(jar)).toBe(true);
  });

  it('says so when nobody is signed in', async () => {
    const page = await get(url());
    expect(page.status).toBe(200);
    expect(formsOf(page.text)).toEqual([]);
  });
});

describe('somebody else’s wish', () => {
  it('signs nobody out', async () => {
    const jar = await signedIn(server);
    const page = await get(url(), { cookies: jar });
    const { csrf = '' } = formOf(page.text, '/logout').hidden;
    const own = { origin: server.url };
    const other = await signedIn(server);
    const foreign = formOf((await get(url(), { cookies: other })).text, '/logout').hidden['csrf']!;
    const login = formOf((await get(`${server.base}/login`, { cookies: jar })).text, '/login').hidden[
      'csrf'
    ]!;
    for (const [what, options] of Object.entries({
      'no token': { form: {}, headers: own },
      'an empty token': { form: { csrf: '' }, headers: own },
      'a foreign token': { form: { csrf: foreign }, headers: own },
      'the token of another page': { form: { csrf: login }, headers: own },
      'a token twice': { form: { csrf: [csrf, csrf] }, headers: own },
      'a foreign origin': { form: { csrf }, headers: { origin: 'https://evil.test' } },
      'a cross-site request': { form: { csrf }, headers: { ...own, 'sec-fetch-site': 'cross-site' } },
      'a body that is no form': { body: `csrf=${csrf}`, headers: { ...own, 'content-type': 'text/plain' } },
    })) {
      const answer = await post(url(), { cookies: jar, ...options });
      expect([what, [400, 403].includes(answer.status)]).toEqual([what, true]);
      expect([what, await isIn(jar)]).toEqual([what, true]);
    }
    for (const method of ['GET', 'HEAD'])
      await request(
        method,
        `${url()}?csrf=${csrf}&client_id=x&post_logout_redirect_uri=https://evil.test&state=1`,
        { cookies: jar },
      );
    expect(await isIn(jar)).toBe(true);
    const query = await get(`${url()}?post_logout_redirect_uri=https://evil.test/<script>`, { cookies: jar });
    expect([query.status, query.headers.location]).toEqual([200, undefined]);
    expect(query.text).not.toContain('evil.test');
    expect((await post(url(), { cookies: jar, form: { csrf }, headers: own })).status).toBe(200);
    expect(await isIn(jar)).toBe(false);
  });
});
