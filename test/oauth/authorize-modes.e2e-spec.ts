import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  authorize,
  exchange,
  registerClient,
  submitForm,
  tokensOf,
  type TestClient,
} from '../support/actors.js';
import { formOf, formsOf } from '../support/html.js';
import { CookieJar, get, type HttpResponse } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { authorizeQuery, rawGet, cookieLine, ROOMY, sha256, signedIn, webClient } from './harness.js';

const VERIFIER = 'v'.repeat(43);
const REDIRECT = 'https://app.example/cb';

let server: TestServer;
let jar: CookieJar;
let client: TestClient;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  jar = await signedIn(server);
  client = await webClient(server);
  await authorize(server, client, { jar });
});

type Over = Record<string, string | null>;

const ask = (over: Over = {}, asker = client, browser = jar): Promise<HttpResponse> =>
  get(
    `${server.base}/oauth2/authorize?${authorizeQuery(server, asker, { response_mode: 'form_post', ...over })}`,
    { cookies: browser },
  );

/** The fields of the form that carries the answer. */
function posted(answer: HttpResponse, at = REDIRECT): Record<string, string> {
  expect([answer.status, answer.location]).toEqual([200, undefined]);
  const form = formOf(answer.text, (each) => each.action === at);
  expect([form.method, form.buttons.length, formsOf(answer.text).length]).toEqual(['post', 1, 1]);
  return form.hidden;
}

describe('an answer by form_post', () => {
  it('is a form to the redirect URI with what a query would carry', async () => {
    const answer = await ask({ state: 'a b+c"><script>alert(1)</script>', code_challenge: sha256(VERIFIER) });
    const fields = posted(answer);
    expect(Object.keys(fields).sort()).toEqual(['code', 'iss', 'state']);
    expect(fields).toMatchObject({ iss: server.url, state: 'a b+c"><script>alert(1)</script>' });
    expect((await exchange(server, client, fields['code']!, VERIFIER)).status).toBe(200);
  });

  it('runs one script that it names by its hash, and posts to the client alone', async () => {
    const { headers, text } = await ask({ state: '<script>alert(1)</script>' });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(/form-action ([^;]*)/.exec(policy)?.[1]).toBe('https://app.example');
    expect(/script-src ([^;]*)/.exec(policy)?.[1]).toMatch(/^'sha256-[A-Za-z0-9+/]{43}='$/);
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text).not.toContain('alert(1)<');
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('comes after sign-in and consent as well', async () => {
    const asker = await webClient(server);
    const browser = new CookieJar();
    const query = authorizeQuery(server, asker, { response_mode: 'form_post' });
    const login = await get(new URL((await ask({}, asker, browser)).location!, server.base), {
      cookies: browser,
    });
    const signing = await submitForm(server, login, formOf(login.text, '/login'), {
      cookies: browser,
      values: { email: 'admin@example.com', password: 'correct horse battery staple' },
    });
    const resumed = await get(signing.location!, { cookies: browser });
    const consent = await get(resumed.location!, { cookies: browser });
    for (const [decision, member] of [
      ['deny', 'error'],
      ['approve', 'code'],
    ] as const) {
      const answer = await submitForm(server, consent, formOf(consent.text, '/consent'), {
        cookies: browser,
        values: { decision },
      });
      expect(posted(answer)).toHaveProperty(member);
    }
    expect(query).toContain('form_post');
  });

  it('carries errors too, with the issuer and the state', async () => {
    const error = async (over: Over, asker = client): Promise<Record<string, string>> =>
      posted(await ask(over, asker));
    expect(await error({ scope: 'nonsense' })).toMatchObject({
      error: 'invalid_scope',
      iss: server.url,
      state: 's-1',
    });
    expect(await error({ response_type: 'token' })).toMatchObject({ error: 'unsupported_response_type' });
    expect(await error({ code_challenge: null })).toMatchObject({ error: 'invalid_request' });
    expect(await error({ prompt: 'none' }, await webClient(server))).toMatchObject({
      error: 'consent_required',
    });
    const refused = await error({ scope: 'nonsense' });
    expect(Object.keys(refused).sort()).toEqual(['error', 'error_description', 'iss', 'state']);
  });

  it('keeps the query of the redirect URI', async () => {
    const uri = 'https://app.example/cb?tenant=a%20b&x';
    const asker = await registerClient(server, { redirect_uris: [uri] });
    await authorize(server, asker, { jar });
    expect(posted(await ask({}, asker), uri)).toHaveProperty('code');
  });

  it('goes to a program on this computer as well', async () => {
    const native = await registerClient(server, { redirect_uris: ['http://127.0.0.1/cb'] });
    const uri = 'http://127.0.0.1:5123/cb';
    const consent = await get((await ask({ redirect_uri: uri }, native)).location!, { cookies: jar });
    const answer = await submitForm(server, consent, formOf(consent.text, '/consent'), {
      cookies: jar,
      values: { decision: 'approve' },
    });
    expect(posted(answer, uri)).toHaveProperty('code');
    expect(answer.headers['content-security-policy']).toContain('form-action http://127.0.0.1:5123;');
  });

  it('cannot go to the scheme of a program', async () => {
    const uri = 'cursor://anysphere.cursor-mcp/oauth/callback';
    const native = await registerClient(server, { redirect_uris: [uri] });
    const answer = await ask({}, native);
    expect(answer.headers.location).toMatch(/^cursor:\/\/.*error=invalid_request/);
  });

  it('never goes to a redirect URI that is not registered', async () => {
    const answer = await ask({ redirect_uri: 'https://evil.test/cb' });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toMatch(/evil\.test|<form|<script/);
  });
});

describe('the modes', () => {
  it('are those that discovery names, and a repeated one is none', async () => {
    const metadata = (await get(`${server.base}/.well-known/oauth-authorization-server`)).json();
    expect(metadata.response_modes_supported).toEqual(['query', 'form_post']);
    for (const mode of ['fragment', 'web_message', 'query.jwt', 'form_post.jwt', 'FORM_POST', 'garbage']) {
      const answer = await ask({ response_mode: mode });
      expect([mode, answer.location?.searchParams.get('error')]).toEqual([mode, 'invalid_request']);
      expect(answer.location!.hash).toBe('');
    }
    const twice = await rawGet(
      server,
      `/oauth2/authorize?${authorizeQuery(server, client, { response_mode: 'form_post' })}&response_mode=query`,
      [cookieLine(server, jar)],
    );
    expect([twice.status, twice.headers['location']?.split('?')[0]]).toEqual([303, REDIRECT]);
    expect(twice.headers['location']).toContain('error=invalid_request');
  });

  it('leave the tokens alone: a code is a code', async () => {
    const fields = posted(await ask({ code_challenge: sha256(VERIFIER) }));
    expect(tokensOf(await exchange(server, client, fields['code']!, VERIFIER)).scope).toBe('mcp:tools:read');
  });
});
