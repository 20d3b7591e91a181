import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, signIn } from '../support/actors.js';
import { textOf } from '../support/html.js';
import { CookieJar, get, request, type HttpResponse } from '../support/http.js';
import { startOidcPeer, type OidcPeer, type PeerPerson } from '../support/oidc-peer.js';
import { freePort } from '../support/server-process.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import { lastRejection, leave, leaveFor, livingSessions, peopleLike, signedInAs } from './sign-in.js';

const SECRET = 'a-secret-shared-with-the-provider';

let server: TestServer;
let peer: OidcPeer;
let people = 0;

function somebody(overrides: Partial<PeerPerson> = {}): PeerPerson {
  const sub = `person-${++people}`;
  return { sub, email: `${sub}@example.com`, email_verified: true, name: `Person ${people}`, ...overrides };
}

/** From the login page to the provider and back: what the callback answers. */
async function signInAs(
  person: PeerPerson,
  jar = new CookieJar(),
  path = 'corporate',
): Promise<HttpResponse> {
  const callback = await peer.signIn(await leaveFor(server, jar, path), person);
  return get(callback, { cookies: jar });
}

beforeAll(async () => {
  const port = await freePort();
  const redirectUris = ['corporate', 'weak'].map((id) => `http://localhost:${port}/sso/${id}/callback`);
  peer = await startOidcPeer({ id: 'gatehouse', secret: SECRET, redirectUris });
  const provider = { kind: 'oidc', issuer: peer.issuer, clientId: 'gatehouse', clientSecret: SECRET };
  server = await startServer({
    port,
    config: {
      identityProviders: [
        { id: 'corporate', name: 'Corporate', domains: ['example.com'], ...provider },
        { id: 'weak', name: 'Weak', ...provider },
        { id: 'gone', ...provider, issuer: 'http://127.0.0.1:1' },
      ],
    },
  });
});

describe('signing in through an OpenID provider', () => {
  it('makes a person and a session at the first sign-in, and goes where it was meant to', async () => {
    const jar = new CookieJar();
    const person = somebody({ amr: ['hwk', 'user'] });
    const back = await signInAs(person, jar, 'corporate?return_to=%2Faccount%3Ftab%3Dapps');
    expect([back.status, back.headers.location]).toEqual([303, '/account?tab=apps']);
    expect(await signedInAs(server, jar)).toBe(person.email);
    const [made] = await peopleLike(server, person.email!);
    expect(made).toMatchObject({ email: person.email, email_verified: true, name: person.name });
    const session = (await livingSessions(server)).find(({ user_id }) => user_id === made!.id);
    expect(session).toMatchObject({ acr: 'urn:gatehouse:acr:sso', amr: ['hwk', 'user'], idp: 'corporate' });
  });

  it('goes to the account when nothing else was asked for, and says that somebody else made sure', async () => {
    const person = somebody();
    const back = await signInAs(person);
    expect(back.headers.location).toBe('/account');
    const [made] = await peopleLike(server, person.email!);
    const session = (await livingSessions(server)).find(({ user_id }) => user_id === made!.id);
    expect(session!.amr).toEqual(['fed']);
  });

  it('finds the same person at the second sign-in, even when the address at the provider is another by now', async () => {
    const person = somebody();
    const jar = new CookieJar();
    await signInAs(person);
    await signInAs({ ...person, email: 'moved@example.com' }, jar);
    expect(await signedInAs(server, jar)).toBe(person.email);
    expect(await peopleLike(server, 'moved@example.com')).toEqual([]);
    expect(await peopleLike(server, person.email!)).toHaveLength(1);
  });

  it('leaves with PKCE, state and nonce, and without any secret in the address', async () => {
    const jar = new CookieJar();
    const away = await leave(server, jar, 'corporate');
    expect(away.status).toBe(302);
    const asked = away.location!.searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: 'gatehouse',
      redirect_uri: `${server.url}/sso/corporate/callback`,
      code_challenge_method: 'S256',
      scope: 'openid profile email',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)).toMatch(/^[\w-]{43,}$/);
    expect(asked.has('code_verifier')).toBe(false);
    expect(away.location!.href).not.toContain(SECRET);
  });

  it('keeps the flow sealed in a cookie that scripts cannot read, and takes it away at the callback', async () => {
    const jar = new CookieJar();
    const away = await leaveFor(server, jar, 'corporate');
    expect(jar.attributes('gatehouse_sso_corporate')).toMatch(/Max-Age=600.*HttpOnly; SameSite=Lax/);
    const sealed = Buffer.from(jar.get('gatehouse_sso_corporate')!, 'base64url').toString('latin1');
    expect(sealed).not.toContain(away.searchParams.get('state'));
    await get(await peer.signIn(away, somebody()), { cookies: jar });
    expect(jar.get('gatehouse_sso_corporate')).toBeUndefined();
  });

  it('is neither begun nor finished by a look', async () => {
    const jar = new CookieJar();
    const look = (url: URL | string) => request('HEAD', url, { cookies: jar });
    for (const path of ['corporate', 'corporate/link'])
      expect((await look(`${server.base}/sso/${path}`)).status).toBe(405);
    expect(jar.get('gatehouse_sso_corporate')).toBeUndefined();
    const person = somebody();
    const callback = await peer.signIn(await leaveFor(server, jar, 'corporate'), person);
    const looked = await look(callback);
    expect([looked.status, looked.headers.allow]).toEqual([405, 'GET, POST']);
    expect(await signedInAs(server, jar)).toBeUndefined();
    expect((await get(callback, { cookies: jar })).status).toBe(303);
    expect(await signedInAs(server, jar)).toBe(person.email);
  });

  it('ends the session the browser had before', async () => {
    const jar = new CookieJar();
    await signIn(server, jar);
    const before = jar.get('gatehouse_session');
    await signInAs(somebody(), jar);
    expect(jar.get('gatehouse_session')).not.toBe(before);
    const old = new CookieJar();
    old.set('gatehouse_session', before!);
    expect(await signedInAs(server, old)).toBeUndefined();
  });

  it('brings a long way back along, and forgets one that no cookie could hold instead of failing', async () => {
    const long = `/account?state=${'x'.repeat(3_000)}`;
    expect(
      (await signInAs(somebody(), new CookieJar(), `corporate?return_to=${encodeURIComponent(long)}`)).headers
        .location,
    ).toBe(long);
    const incompressible = `/account?state=${Array.from({ length: 1_000 }, () => Math.random().toString(36).slice(2, 10)).join('')}`;
    const back = await signInAs(
      somebody(),
      new CookieJar(),
      `corporate?return_to=${encodeURIComponent(incompressible)}`,
    );
    expect(back.headers.location).toBe('/account');
  });

  it('makes one person of twenty first sign-ins of one identity at once', async () => {
    const person = somebody();
    const jars = Array.from({ length: 20 }, () => new CookieJar());
    const callbacks: URL[] = [];
    for (const jar of jars)
      callbacks.push(await peer.signIn(await leaveFor(server, jar, 'corporate'), person));
    const answers = await Promise.all(callbacks.map((callback, i) => get(callback, { cookies: jars[i]! })));
    expect(answers.map(({ headers }) => headers.location)).toEqual(jars.map(() => '/account'));
    expect(await peopleLike(server, person.email!)).toHaveLength(1);
  });

  it('sends a person who says no at the provider back to the login page, with the way back but without details', async () => {
    const jar = new CookieJar();
    const callback = await peer.deny(await leaveFor(server, jar, 'corporate?return_to=/account'));
    const back = await get(callback, { cookies: jar });
    expect([back.status, back.headers.location]).toEqual([
      303,
      '/login?problem=sso_failed&return_to=%2Faccount',
    ]);
    expect(await signedInAs(server, jar)).toBeUndefined();
    expect(await lastRejection(server)).toMatchObject({
      outcome: { result: 'denied', reason_code: 'provider_refused' },
      details: { provider: 'corporate', code: 'provider_refused', error: 'access_denied' },
    });
    const page = await get(back.location!, { cookies: jar });
    expect(textOf(page.text)).toContain('did not confirm your sign-in');
  });

  it.each([
    'nobody',
    'nobody/callback?code=a&state=b',
    'CORPORATE',
    'gone%00',
    '__proto__',
    'constructor/callback',
  ])('knows no provider at /sso/%s', async (path) => {
    const answer = await leave(server, new CookieJar(), path);
    expect(answer.status).toBe(404);
    expect(textOf(answer.text)).toContain('There is no page here');
  });
});

describe('which account a sign-in opens', () => {
  it('is the existing one when the provider is authoritative for a verified address', async () => {
    const jar = new CookieJar();
    const back = await signInAs(somebody({ email: ADMIN_EMAIL.toUpperCase() }), jar);
    expect(back.headers.location).toBe('/account');
    expect(await signedInAs(server, jar)).toBe(ADMIN_EMAIL);
    expect(await peopleLike(server, ADMIN_EMAIL)).toHaveLength(1);
  });

  it.each([
    ['the provider did not verify the address', 'corporate', { email_verified: false }],
    ['the provider says nothing about the address', 'corporate', { email_verified: undefined }],
    ['the provider says so in a word instead of a truth value', 'corporate', { email_verified: 'true' }],
    ['the provider is not authoritative for the domain', 'weak', { email_verified: true }],
  ])('is never an existing one when %s', async (_why, provider, claims) => {
    const jar = new CookieJar();
    const before = await livingSessions(server);
    const refused = await signInAs(somebody({ email: ADMIN_EMAIL, ...claims }), jar, provider);
    expect(refused.status).toBe(403);
    expect(textOf(refused.text)).toContain('Sign in the way you did before');
    expect(jar.get('gatehouse_session')).toBeUndefined();
    expect(await livingSessions(server)).toHaveLength(before.length);
    const rejection = await lastRejection(server);
    expect(rejection!.details).toMatchObject({ provider, code: 'email_taken' });
    expect(textOf(refused.text)).toContain(rejection!.event_id);
  });

  it('is a new one with an unverified address when the provider is not authoritative for the domain', async () => {
    const person = somebody({ email: 'guest@elsewhere.test' });
    const jar = new CookieJar();
    await signInAs(person, jar, 'weak');
    expect(await signedInAs(server, jar)).toBe(person.email);
    expect(await peopleLike(server, person.email!)).toMatchObject([{ email_verified: false }]);
  });

  it('is never one that somebody else prepared with an address nobody had verified', async () => {
    const address = 'victim@example.com';
    await signInAs(somebody({ email: address }), new CookieJar(), 'weak');
    const jar = new CookieJar();
    expect((await signInAs(somebody({ email: address }), jar)).status).toBe(403);
    expect(await signedInAs(server, jar)).toBeUndefined();
  });

  it('is none without an address', async () => {
    const { sub } = somebody();
    const refused = await signInAs({ sub });
    expect(refused.status).toBe(403);
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'email_missing' });
  });

  it('is none when the person is disabled', async () => {
    const person = somebody();
    await signInAs(person);
    const [made] = await peopleLike(server, person.email!);
    expect((await adminCall(server, 'POST', `/users/${made!.id}/disable`, { json: {} })).status).toBe(200);
    const jar = new CookieJar();
    expect((await signInAs(person, jar)).status).toBe(403);
    expect(jar.get('gatehouse_session')).toBeUndefined();
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'account_disabled' });
  });
});

describe('the way back after a sign-in', () => {
  it.each([
    'https://evil.test',
    '//evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    '/\t/evil.test',
    'javascript:alert(1)',
    'data:text/html,x',
    '/x/..//evil.test',
    '/%09/evil.test',
    '/%2f%2fevil.test',
    'https://localhost@evil.test',
  ])('never leaves this server for %j', async (returnTo) => {
    const back = await signInAs(
      somebody(),
      new CookieJar(),
      `corporate?return_to=${encodeURIComponent(returnTo)}`,
    );
    expect(back.status).toBe(303);
    expect(back.location!.origin).toBe(server.url);
    expect(back.headers.location).toMatch(/^\/(?![/\\])/);
  });

  it('is the account when it is given twice', async () => {
    const back = await signInAs(somebody(), new CookieJar(), 'corporate?return_to=/a&return_to=//evil.test');
    expect(back.headers.location).toBe('/account');
  });
});

describe('a server below a path', () => {
  it('finds its way out and back', async () => {
    const port = await freePort();
    const url = `http://localhost:${port}/gate`;
    const own = await startOidcPeer({
      id: 'gatehouse',
      secret: SECRET,
      redirectUris: [`${url}/sso/corporate/callback`],
    });
    const provider = {
      id: 'corporate',
      kind: 'oidc',
      issuer: own.issuer,
      clientId: 'gatehouse',
      clientSecret: SECRET,
    };
    const below = await startServer({
      port,
      env: { PUBLIC_URL: url },
      config: { identityProviders: [provider] },
    });
    const jar = new CookieJar();
    const callback = await own.signIn(await leaveFor(below, jar, 'corporate?return_to=/account'), somebody());
    const back = await get(callback, { cookies: jar });
    expect(back.headers.location).toBe('/gate/account');
    const failed = await get(`${url}/sso/corporate/callback`, { cookies: jar });
    expect(failed.headers.location).toBe('/gate/login?problem=sso_failed');
  });
});
