import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callTool, refresh, submitForm, type Connection } from '../support/actors.js';
import { FakeIdp } from '../support/fake-idp.js';
import { formOf, formsOf, textOf, type HtmlForm } from '../support/html.js';
import { CookieJar, get, post, request, type HttpResponse, type RequestOptions } from '../support/http.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import {
  asOperator,
  claimsOf,
  connectAgain,
  connectIn,
  events,
  INSIDE,
  mcpStatus,
  ROOMY,
  signedIn,
  webClient,
} from '../oauth/harness.js';

const MALLORY = 'mallory@example.com';

let server: TestServer;
const idp = new FakeIdp('gatehouse', 'a-secret-shared-with-the-provider');

beforeAll(async () => {
  await idp.start();
  server = await startServer({
    config: {
      limits: ROOMY,
      identityProviders: [
        {
          id: 'other',
          kind: 'oidc',
          issuer: idp.issuer,
          clientId: 'gatehouse',
          clientSecret: 'a-secret-shared-with-the-provider',
        },
      ],
    },
  });
});
afterAll(() => idp.stop());

/** A browser of another person, who has an account through the provider. */
async function asMallory(): Promise<CookieJar> {
  const jar = new CookieJar();
  idp.claims = { sub: 'mallory', email: MALLORY, email_verified: true, name: 'Mallory <b>' };
  const leaving = await get(`${server.base}/sso/other`, { cookies: jar });
  await get(idp.answer(leaving.location!), { cookies: jar });
  if (!jar.get('gatehouse_session')) throw new Error('Mallory could not sign in');
  return jar;
}

const account = (jar: CookieJar): Promise<HttpResponse> => get(`${server.base}/account`, { cookies: jar });
const isIn = async (jar: CookieJar): Promise<boolean> => (await account(jar.copy())).status === 200;

const formFor = (page: HttpResponse, action: string, holds?: string): HtmlForm =>
  formOf(
    page.text,
    (form) => form.action.endsWith(action) && (!holds || Object.values(form.hidden).includes(holds)),
  );

const send = (
  jar: CookieJar,
  path: string,
  form: Record<string, string | string[]>,
  options: RequestOptions = {},
) =>
  post(`${server.base}${path}`, {
    cookies: jar,
    form,
    ...options,
    headers: { origin: server.url, ...options.headers },
  });

const isAlive = async ({ client, tokens }: Connection): Promise<[number, number]> => [
  await mcpStatus(server, tokens.access_token),
  (await refresh(server, client, tokens.refresh_token!)).status,
];

describe('the page', () => {
  it('is for people who are signed in', async () => {
    const answer = await get(`${server.base}/account`);
    expect([answer.status, answer.headers.location]).toEqual([303, '/login?return_to=%2Faccount']);
  });

  it('shows what is one’s own: apps, browsers, calls', async () => {
    const jar = await signedIn(server);
    const client = await webClient(server, { client_name: 'Own app' });
    const { tokens } = await connectIn(server, jar, { client, scope: 'mcp:tools:read' });
    await callTool(server, tokens.access_token, 'whoami');
    const page = await account(jar);
    const text = textOf(page.text);
    for (const part of [ADMIN_EMAIL, 'Own app', 'Read your notes and look things up for you', 'whoami'])
      expect(text).toContain(part);
    expect(page.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    expect(page.text).not.toMatch(/<script/);
    expect(page.text).not.toContain(tokens.access_token);
  });

  it('shows nothing of anybody else', async () => {
    const admin = await signedIn(server);
    const client = await webClient(server, { client_name: 'App of the admin' });
    const { tokens } = await connectIn(server, admin, { client });
    const mallory = await asMallory();
    const page = await account(mallory);
    expect(page.status).toBe(200);
    expect(textOf(page.text)).toContain(MALLORY);
    expect(textOf(page.text)).toContain('Mallory <b>');
    expect(page.text).not.toMatch(/App of the admin|admin@example\.com|<b>/);
    expect((await account(admin)).text).toContain(client.clientId);
    expect(page.text).not.toContain(String(claimsOf(tokens.access_token)['sid']));
    const other = await webClient(server, { client_name: 'App of Mallory' });
    await connectIn(server, mallory, { client: other });
    expect(textOf((await account(mallory)).text)).toContain('App of Mallory');
    expect(textOf((await account(admin)).text)).not.toContain('App of Mallory');
  });

  it('shows hostile names of apps and browsers as text', async () => {
    const jar = await signedIn(server);
    const client = await webClient(server, { client_name: '"><img src=x onerror=alert(1)>\u202e' });
    await connectIn(server, jar, { client });
    await get(`${server.base}/login`, { headers: { 'user-agent': '<script>alert(2)</script> Firefox/1' } });
    const page = await account(jar);
    expect(page.text).not.toMatch(/<img|<script|\u202e/);
    for (const query of [
      '?done=<script>alert(3)</script>',
      '?done=app_ended&app=<script>alert(4)</script>',
      '?done=app_ended&done=x&app=a&app=b',
    ]) {
      const answer = await get(`${server.base}/account${query}`, { cookies: jar });
      expect([query, answer.status]).toEqual([query, 200]);
      expect(answer.text).not.toMatch(/alert\([34]\)/);
    }
    const nul = await get(`${server.base}/account?done=app_ended&app=%00`, { cookies: jar });
    expect(nul.status).toBe(200);
  });
});

describe('ending an app', () => {
  it('ends every token of it at once and forgets the consent, and leaves others alone', async () => {
    const jar = await signedIn(server);
    const client = await webClient(server, { client_name: 'To be ended' });
    const one = await connectIn(server, jar, { client });
    const two = await connectAgain(server, one);
    const other = await connectIn(server, jar);
    const page = await account(jar);
    const answer = await submitForm(server, page, formFor(page, '/apps/end', client.clientId), {
      cookies: jar,
    });
    expect(answer.status).toBe(303);
    expect(await isAlive(one)).toEqual([401, 400]);
    expect(await isAlive(two)).toEqual([401, 400]);
    expect(await isAlive(other)).toEqual([200, 200]);
    const after = await get(answer.location!, { cookies: jar });
    expect(formsOf(after.text).some((form) => Object.values(form.hidden).includes(client.clientId))).toBe(
      false,
    );
    expect(textOf(after.text)).toContain('To be ended');
    const found = await events(server, { type: 'revocation.applied', client_id: client.clientId });
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toMatchObject({ actor: { type: 'user' } });
    expect(await isIn(jar)).toBe(true);
  });

  it('of somebody else ends nothing of theirs', async () => {
    const admin = await signedIn(server);
    const client = await webClient(server);
    const connection = await connectIn(server, admin, { client });
    const mallory = await asMallory();
    const { csrf = '' } = formOf((await account(mallory)).text, '/end-all').hidden;
    for (const client_id of [client.clientId, 'nobody', 'x'.repeat(2_000), `' OR 1=1`, 'nul\0'])
      expect((await send(mallory, '/account/apps/end', { csrf, client_id })).status).toBe(303);
    expect(await isAlive(connection)).toEqual([200, 200]);
  });
});

describe('ending a browser', () => {
  it('signs it out and ends what was allowed in it', async () => {
    const [here, there] = [await signedIn(server), await signedIn(server)];
    const [mine, theirs] = [await connectIn(server, here), await connectIn(server, there)];
    const page = await account(here);
    const { sid } = claimsOf(theirs.tokens.access_token);
    const answer = await submitForm(server, page, formFor(page, '/sessions/end', String(sid)), {
      cookies: here,
    });
    expect([answer.status, answer.headers.location]).toEqual([303, '/account?done=session_ended']);
    expect([await isIn(here), await isIn(there)]).toEqual([true, false]);
    expect(await isAlive(theirs)).toEqual([401, 400]);
    expect(await isAlive(mine)).toEqual([200, 200]);
  });

  it('of somebody else is not possible, and looks like one that is not there', async () => {
    const admin = await signedIn(server);
    const connection = await connectIn(server, admin);
    const sid = String(claimsOf(connection.tokens.access_token)['sid']);
    const mallory = await asMallory();
    const { csrf = '' } = formOf((await account(mallory)).text, '/end-all').hidden;
    const [foreign, unknown] = [
      await send(mallory, '/account/sessions/end', { csrf, session_id: sid }),
      await send(mallory, '/account/sessions/end', { csrf, session_id: randomUUID() }),
    ];
    expect([foreign.status, foreign.headers.location]).toEqual([unknown.status, unknown.headers.location]);
    expect(await isIn(admin)).toBe(true);
    expect(await isAlive(connection)).toEqual([200, 200]);
    for (const session_id of ['x', '', `${sid}'`, '*', 'nul\0'])
      expect((await send(mallory, '/account/sessions/end', { csrf, session_id })).status).toBe(400);
  });
});

describe('ending everything', () => {
  it('ends every browser and every app of this person and of nobody else', async () => {
    const [one, two] = [await asMallory(), await asMallory()];
    const [first, second] = [await connectIn(server, one), await connectIn(server, two)];
    const admin = await signedIn(server);
    const others = await connectIn(server, admin);
    const page = await account(one);
    const answer = await submitForm(server, page, formFor(page, '/end-all'), { cookies: one });
    expect(answer.status).toBe(303);
    expect([await isIn(one), await isIn(two)]).toEqual([false, false]);
    expect(await isAlive(first)).toEqual([401, 400]);
    expect(await isAlive(second)).toEqual([401, 400]);
    expect(await isIn(admin)).toBe(true);
    expect(await isAlive(others)).toEqual([200, 200]);
    // Coming back is possible, with new tokens only.
    const back = await connectIn(server, await asMallory());
    expect(await isAlive(back)).toEqual([200, 200]);
    expect(await mcpStatus(server, first.tokens.access_token)).toBe(401);
  });
});

describe('a form that is not this person’s', () => {
  it('ends nothing', async () => {
    const jar = await signedIn(server);
    const connection = await connectIn(server, jar);
    const other = await signedIn(server);
    const page = await account(jar);
    const { csrf = '' } = formFor(page, '/end-all').hidden;
    const foreign = formFor(await account(other), '/end-all').hidden['csrf']!;
    const login = formOf((await get(`${server.base}/login`, { cookies: jar })).text, '/login').hidden[
      'csrf'
    ]!;
    const sid = String(claimsOf((await connectIn(server, other)).tokens.access_token)['sid']);
    const actions: [string, Record<string, string>][] = [
      ['/account/apps/end', { client_id: connection.client.clientId }],
      ['/account/sessions/end', { session_id: sid }],
      ['/account/end-all', {}],
    ];
    const attempts: [string, Record<string, string>, RequestOptions][] = [
      ['no token', {}, {}],
      ['an empty token', { csrf: '' }, {}],
      ['the token of another browser', { csrf: foreign }, {}],
      ['the token of another page', { csrf: login }, {}],
      ['a foreign origin', { csrf }, { headers: { origin: 'https://evil.test' } }],
      ['an opaque origin', { csrf }, { headers: { origin: 'null' } }],
      ['a cross-site request', { csrf }, { headers: { 'sec-fetch-site': 'cross-site' } }],
    ];
    for (const [path, fields] of actions) {
      for (const [what, token, options] of attempts) {
        const answer = await send(jar, path, { ...fields, ...token }, options);
        expect([path, what, answer.status]).toEqual([path, what, 403]);
        expect(answer.headers.location).toBeUndefined();
        expect(answer.text).not.toMatch(INSIDE);
      }
      for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
        const query = new URLSearchParams({ ...fields, csrf }).toString();
        const answer = await request(method, `${server.base}${path}?${query}`, { cookies: jar });
        expect([path, method, [404, 405].includes(answer.status)]).toEqual([path, method, true]);
      }
      const text = await post(`${server.base}${path}`, {
        cookies: jar,
        body: new URLSearchParams({ ...fields, csrf }).toString(),
        headers: { origin: server.url, 'content-type': 'text/plain' },
      });
      expect([400, 403]).toContain(text.status);
    }
    expect([await isIn(jar), await isIn(other)]).toEqual([true, true]);
    expect(await isAlive(connection)).toEqual([200, 200]);
    expect(
      (await send(jar, '/account/apps/end', { csrf, client_id: connection.client.clientId })).status,
    ).toBe(303);
    expect(await isAlive(connection)).toEqual([401, 400]);
  });

  it('after signing out ends nothing, whatever it carries', async () => {
    const jar = await signedIn(server);
    const connection = await connectIn(server, jar);
    const page = await account(jar);
    const session = jar.get('gatehouse_session')!;
    await submitForm(server, page, formFor(page, '/logout'), { cookies: jar });
    jar.set('gatehouse_session', session);
    const { csrf = '' } = formFor(page, '/end-all').hidden;
    expect((await send(jar, '/account/end-all', { csrf })).status).toBe(403);
    expect(await isAlive(connection)).toEqual([200, 200]);
  });
});

describe('what an operator ended', () => {
  it('is not shown any more', async () => {
    const jar = await signedIn(server);
    const client = await webClient(server, { client_name: 'Gone by then' });
    const { tokens } = await connectIn(server, jar, { client });
    expect(textOf((await account(jar)).text)).toContain('Gone by then');
    await asOperator(server, 'DELETE', `/grants/${String(claimsOf(tokens.access_token)['gid'])}`);
    const forms = formsOf((await account(jar)).text);
    expect(forms.some((form) => Object.values(form.hidden).includes(client.clientId))).toBe(false);
  });
});
