import { beforeAll, describe, expect, it } from '@jest/globals';
import { authorize, registerClient, type TestClient } from '../support/actors.js';
import { formsOf, linksOf, textOf } from '../support/html.js';
import { CookieJar, get, type HttpResponse } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, authorizeQuery, events, INSIDE, ROOMY, signedIn, webClient } from './harness.js';

const EVIL = 'https://evil.test/cb?keep=1';

let server: TestServer;
let jar: CookieJar;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  jar = await signedIn(server);
});

type Over = Record<string, string | null>;

/** A request by somebody who is not signed in, unless a browser is given. */
const ask = (asker: TestClient, over: Over, browser = new CookieJar()): Promise<HttpResponse> =>
  get(`${server.base}/oauth2/authorize?${authorizeQuery(server, asker, over)}`, { cookies: browser });

const stranger = (uri = EVIL): Promise<TestClient> =>
  registerClient(server, { redirect_uris: [uri], client_name: '"><script>alert(1)</script>' });

const WRONG: Over[] = [
  { scope: 'nonsense' },
  { scope: 'admin:users' },
  { response_type: 'token' },
  { response_type: null },
  { code_challenge: null },
  { code_challenge_method: 'plain' },
  { resource: 'https://other.example/' },
  { prompt: 'garbage' },
  { max_age: 'x' },
  { request: 'a.b.c' },
  { request_uri: 'https://evil.test/request.jwt' },
];

function expectOffer(answer: HttpResponse): void {
  expect([answer.status, answer.location]).toEqual([400, undefined]);
  expect(answer.headers.refresh).toBeUndefined();
  expect(answer.text).not.toMatch(/http-equiv=.?refresh|<script|<form/i);
  expect(answer.text).not.toMatch(INSIDE);
  expect(answer.headers['content-security-policy']).toContain("form-action 'none'");
  expect(textOf(answer.text)).toContain('evil.test');
}

function expectRedirect(answer: HttpResponse, uri: string): void {
  expect([answer.status, answer.headers.location?.split('?')[0]]).toEqual([303, uri.split('?')[0]]);
  expect(answer.location!.searchParams.has('error')).toBe(true);
  expect(answer.location!.searchParams.get('iss')).toBe(server.url);
}

describe('an error of a client that nobody vouches for, before anybody signed in', () => {
  it('is shown, and sends nobody anywhere', async () => {
    const asker = await stranger();
    for (const over of WRONG) expectOffer(await ask(asker, over));
  });

  it('can be taken back to the app by a click, with all that a redirect would carry', async () => {
    const asker = await stranger();
    const answer = await ask(asker, { scope: 'nonsense', state: 'a b+c&d#e"<' });
    const link = linksOf(answer.text).find((href) => href.startsWith('https://evil.test/'))!;
    const url = new URL(link);
    expect(link.startsWith(`${EVIL}&`)).toBe(true);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      keep: '1',
      error: 'invalid_scope',
      error_description: expect.any(String),
      iss: server.url,
      state: 'a b+c&d#e"<',
    });
    expect(answer.text).toContain('rel="noopener noreferrer nofollow"');
    expect(textOf(answer.text)).toContain('invalid_scope');
  });

  it('that should be posted is posted by a button', async () => {
    const asker = await stranger();
    const answer = await ask(asker, { scope: 'nonsense', response_mode: 'form_post' });
    expect([answer.status, answer.location]).toEqual([400, undefined]);
    expect(answer.text).not.toMatch(/<script/);
    const form = formsOf(answer.text).find(({ action }) => action === EVIL)!;
    expect(form.hidden).toMatchObject({ error: 'invalid_scope', iss: server.url, state: 's-1' });
    expect(answer.headers['content-security-policy']).toMatch(/form-action https:\/\/evil\.test(;|$)/);
  });

  it('is recorded with the number that the page shows', async () => {
    const asker = await stranger();
    const answer = await ask(asker, { scope: 'nonsense' });
    const [event] = await events(server, { type: 'authz.request.rejected', client_id: asker.clientId });
    expect(event!.outcome).toMatchObject({ result: 'denied', reason_code: 'unknown_scope' });
    expect(textOf(answer.text)).toContain(event!.event_id);
  });

  it('is sent when no page may be shown', async () => {
    const asker = await stranger();
    for (const over of [{}, { scope: 'nonsense' }, { response_type: 'token' }])
      expectRedirect(await ask(asker, { ...over, prompt: 'none' }), EVIL);
    const both = await ask(asker, { prompt: 'none login' });
    expectOffer(both);
  });

  it('is shown as well when a session is only pretended', async () => {
    const browser = new CookieJar();
    browser.set('gatehouse_session', 'x'.repeat(43));
    expectOffer(await ask(await stranger(), { scope: 'nonsense' }, browser));
  });
});

describe('an error is sent to the client by itself', () => {
  it('when somebody is signed in', async () => {
    const asker = await stranger();
    for (const over of WRONG) expectRedirect(await ask(asker, over, jar), EVIL);
  });

  it('when an admin approved the client', async () => {
    const asker = await stranger();
    await asOperator(server, 'POST', `/clients/${asker.clientId}/approve`);
    // An approved client may ask for admin scopes.
    const wrong = WRONG.filter(({ scope }) => scope !== 'admin:users');
    for (const over of wrong) expectRedirect(await ask(asker, over), EVIL);
  });

  it('when somebody has allowed the client before', async () => {
    const asker = await webClient(server);
    await authorize(server, asker, { jar });
    // What is known of a client is at most a second old.
    await new Promise((later) => setTimeout(later, 1_100));
    for (const over of WRONG) expectRedirect(await ask(asker, over), asker.redirectUri);
  });

  it('when it waits on this computer', async () => {
    for (const uri of ['http://127.0.0.1/cb', 'http://localhost:8080/cb', 'https://localhost:8443/cb']) {
      const asker = await registerClient(server, { redirect_uris: [uri] });
      for (const over of WRONG) expectRedirect(await ask(asker, over), uri);
    }
    const native = await registerClient(server, {
      redirect_uris: ['cursor://anysphere.cursor-mcp/oauth/callback'],
    });
    expect((await ask(native, { scope: 'nonsense' })).headers.location).toMatch(
      /^cursor:.*error=invalid_scope/,
    );
  });

  it('but never to a redirect URI that is not registered', async () => {
    const asker = await stranger();
    for (const browser of [jar, new CookieJar()]) {
      const answer = await ask(asker, { redirect_uri: 'https://other.test/cb', scope: 'nonsense' }, browser);
      expect([answer.status, answer.location]).toEqual([400, undefined]);
      expect(answer.text).not.toContain('other.test');
      expect(linksOf(answer.text).filter((href) => href.startsWith('http'))).toEqual([]);
    }
  });
});
