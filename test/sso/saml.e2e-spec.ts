import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, connect, refresh } from '../support/actors.js';
import { textOf } from '../support/html.js';
import { CookieJar, get, post, rawRequest, request, type HttpResponse } from '../support/http.js';
import {
  assertionParts,
  assertionXml,
  base64,
  logoutXml,
  responseXml,
  SIGN,
  signed,
  unsigned,
  type AssertionParts,
  type Parties,
} from '../support/saml-forge.js';
import { SamlPeer, type SamlPerson } from '../support/saml-peer.js';
import { freePort } from '../support/server-process.js';
import { ADMIN_EMAIL, startServer, temporaryFolder, type TestServer } from '../support/server.js';
import { certifiedKey, type CertifiedKey } from '../support/x509.js';
import { events, mcpStatus, refusalOf, ROOMY } from '../oauth/harness.js';
import { lastRejection, leave, leaveFor, livingSessions, peopleLike, signedInAs } from './sign-in.js';

const FAILED = '/login?problem=sso_failed';

let server: TestServer;
/** A real provider. */
let peer: SamlPeer;
/** One that wants requests to be signed, signs everything and encrypts what it says. */
let strict: SamlPeer;
/** What `forger` and `other` sign with, which say whatever a test wants. */
let key: CertifiedKey;
let people = 0;

const partiesOf = (id: string): Parties => ({
  idp: `https://${id}.test/metadata`,
  sp: `${server.url}/sso/${id}/metadata`,
  acs: `${server.url}/sso/${id}/callback`,
});
const slo = (id = 'forger'): string => `${server.url}/sso/${id}/slo`;

function somebody(overrides: Partial<SamlPerson> = {}): SamlPerson & { email: string } {
  const nameId = `person-${++people}`;
  return { nameId, sessionIndex: `session-of-${nameId}`, email: `${nameId}@example.com`, ...overrides };
}

const requestIn = (url: URL): string =>
  inflateRawSync(Buffer.from(url.searchParams.get('SAMLRequest')!, 'base64')).toString();
const requestIdOf = (url: URL): string => / ID="([^"]+)"/.exec(requestIn(url))![1]!;

/** From leaving to what the callback answers, at a real provider. */
async function signInAs(
  person: SamlPerson,
  jar = new CookieJar(),
  path = 'corporate',
): Promise<HttpResponse> {
  const at = path.startsWith('strict') ? strict : peer;
  const { acs, form } = await at.signIn(await leaveFor(server, jar, path), person);
  const posted = await post(acs, { form });
  expect([posted.status, posted.location?.pathname]).toEqual([303, new URL(acs).pathname]);
  return get(posted.location!, { cookies: jar });
}

interface Forged {
  jar: CookieJar;
  state: string;
  requestId: string;
}

async function begin(id = 'forger', path = id): Promise<Forged> {
  const jar = new CookieJar();
  const away = await leaveFor(server, jar, path);
  return { jar, state: away.searchParams.get('RelayState')!, requestId: requestIdOf(away) };
}

function forged(id: string, requestId: string, more: Partial<AssertionParts> = {}, by = key): string {
  const { nameId = 'alice' } = more;
  const attributes = { email: [`${nameId}@${id}.test`] };
  const parts = { ...assertionParts(partiesOf(id), requestId), attributes, ...more };
  const assertion = signed(assertionXml(parts), { key: by.privateKey, id: parts.id });
  return base64(unsigned(responseXml(partiesOf(id), requestId, assertion)));
}

const answer = (id: string, form: Record<string, string | string[]>): Promise<HttpResponse> =>
  post(`${server.base}/sso/${id}/callback`, { form });

/** Signs in with whatever the provider is made to say. */
async function arrive(
  more: Partial<AssertionParts> = {},
  id = 'forger',
): Promise<{ jar: CookieJar; back: HttpResponse }> {
  const { jar, state, requestId } = await begin(id);
  const posted = await answer(id, { SAMLResponse: forged(id, requestId, more), RelayState: state });
  return { jar, back: await get(posted.location!, { cookies: jar }) };
}

/** Somebody with one address who came in through the forger, in a session of the provider. */
async function present(nameId: string, sessionIndex = 's-1', id = 'forger'): Promise<CookieJar> {
  const authnStatement = assertionParts(partiesOf(id), '').authnStatement.replace('s-1', sessionIndex);
  const { jar } = await arrive({ nameId, authnStatement }, id);
  expect(await signedInAs(server, jar)).toBe(`${nameId}@${id}.test`);
  return jar;
}

beforeAll(async () => {
  const port = await freePort();
  key = certifiedKey();
  [peer, strict] = await Promise.all([
    SamlPeer.start(),
    SamlPeer.start({ wantSignedRequests: true, signMessage: true, encrypt: true }),
  ]);
  const [signing, decryption] = [certifiedKey(), certifiedKey()];
  const metadata = join(temporaryFolder(), 'idp.xml');
  writeFileSync(metadata, `<?xml version="1.0"?>\n<!-- from the provider -->\n${strict.metadata}`);
  const named = (id: string, certificates: CertifiedKey) => ({
    id,
    kind: 'saml',
    issuer: `https://${id}.test/metadata`,
    ssoUrl: `https://${id}.test/sso`,
    certificates: [certificates.certificatePem],
  });
  server = await startServer({
    port,
    env: { SP_KEY: signing.privatePem, SP_OPEN: decryption.privatePem.replaceAll('\n', '\\n') },
    config: {
      limits: ROOMY,
      identityProviders: [
        {
          id: 'corporate',
          kind: 'saml',
          name: 'Corporate',
          domains: ['example.com'],
          issuer: peer.entityId,
          metadata: peer.metadata,
        },
        {
          id: 'strict',
          kind: 'saml',
          issuer: strict.entityId,
          metadata,
          signing: { privateKey: { env: 'SP_KEY' }, certificate: signing.certificatePem },
          decryption: { privateKey: { env: 'SP_OPEN' }, certificate: decryption.certificatePem },
        },
        named('forger', key),
        named('other', key),
        { ...named('late', certifiedKey({ from: -20, to: -2 })), name: 'Late' },
        { id: 'oidc', kind: 'oidc', issuer: 'http://127.0.0.1:1', clientId: 'a', clientSecret: 'b' },
      ],
    },
  });
  for (const [id, each] of [
    ['corporate', peer],
    ['strict', strict],
  ] as const)
    each.trust((await get(`${server.base}/sso/${id}/metadata`)).text);
});

describe('what a SAML provider is told about this server', () => {
  it('is its metadata, which anybody may read and keep', async () => {
    const answered = await get(`${server.base}/sso/corporate/metadata`);
    expect([answered.status, answered.headers['content-type'], answered.headers['cache-control']]).toEqual([
      200,
      'application/samlmetadata+xml; charset=utf-8',
      'public, max-age=3600',
    ]);
    expect(answered.text).toContain(`entityID="${server.url}/sso/corporate/metadata"`);
    expect(answered.text).toContain('AuthnRequestsSigned="false" WantAssertionsSigned="true"');
    expect(answered.text).toContain(
      `Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${server.url}/sso/corporate/callback"`,
    );
    expect(answered.text).toContain(
      `<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${server.url}/sso/corporate/slo"/>`,
    );
    expect((await get(`${server.base}/sso/corporate/metadata`)).text).toBe(answered.text);
  });

  it('names the keys it has, and only encryption that it opens', async () => {
    const { text } = await get(`${server.base}/sso/strict/metadata`);
    expect(text).toMatch(/AuthnRequestsSigned="true".*use="signing".*use="encryption"/s);
    expect(text).toContain('aes256-gcm');
    expect(text).not.toContain('cbc');
  });

  it.each(['oidc', 'nobody', '__proto__'])('is nothing at /sso/%s', async (id) => {
    for (const path of ['metadata', 'slo'])
      expect((await get(`${server.base}/sso/${id}/${path}`)).status).toBe(404);
    expect((await answer(id, { SAMLResponse: 'x', RelayState: 'y' })).status).toBe(404);
  });
});

describe('signing in through a SAML provider', () => {
  it('makes a person and a session, and goes where it was meant to', async () => {
    const jar = new CookieJar();
    const person = somebody({ displayName: 'Ann Example', groups: ['staff', 'admins'] });
    const back = await signInAs(person, jar, 'corporate?return_to=%2Faccount%3Ftab%3Dapps');
    expect([back.status, back.headers.location]).toEqual([303, '/account?tab=apps']);
    expect(await signedInAs(server, jar)).toBe(person.email);
    const [made] = await peopleLike(server, person.email);
    expect(made).toMatchObject({ email: person.email, email_verified: true, name: 'Ann Example' });
    const session = (await livingSessions(server)).find(({ user_id }) => user_id === made!.id);
    expect(session).toMatchObject({ acr: 'urn:gatehouse:acr:sso', amr: ['pwd'], idp: 'corporate' });
  });

  it('finds the same person again, whatever their address is by now', async () => {
    const person = somebody();
    const jar = new CookieJar();
    await signInAs(person);
    await signInAs({ ...person, email: 'moved@example.com' }, jar);
    expect(await signedInAs(server, jar)).toBe(person.email);
  });

  it('works with signed requests, signed responses and encrypted assertions', async () => {
    const jar = new CookieJar();
    const person = somebody({ email: 'strict@elsewhere.test' });
    const back = await signInAs(person, jar, 'strict');
    expect(back.headers.location).toBe('/account');
    expect(await signedInAs(server, jar)).toBe('strict@elsewhere.test');
    expect(await peopleLike(server, 'strict@elsewhere.test')).toMatchObject([{ email_verified: false }]);
  });

  it('opens the account that has the address only where the provider speaks for its domain', async () => {
    const jar = new CookieJar();
    expect((await signInAs(somebody({ email: ADMIN_EMAIL }), jar)).headers.location).toBe('/account');
    expect(await signedInAs(server, jar)).toBe(ADMIN_EMAIL);
    const refused = await signInAs(somebody({ email: ADMIN_EMAIL }), new CookieJar(), 'strict');
    expect(refused.status).toBe(403);
    expect(textOf(refused.text)).toContain('Sign in the way you did before');
    expect((await lastRejection(server))!.details).toMatchObject({ provider: 'strict', code: 'email_taken' });
  });

  it('leaves with a request that says nothing it need not, and a state that is no address', async () => {
    const away = await leaveFor(
      server,
      new CookieJar(),
      'corporate?return_to=/account&RelayState=https://evil.test',
    );
    expect([...away.searchParams.keys()]).toEqual(['SAMLRequest', 'RelayState']);
    expect(away.searchParams.get('RelayState')).toMatch(/^[\w-]{43}$/);
    const asked = requestIn(away);
    expect(asked).toContain(`AssertionConsumerServiceURL="${server.url}/sso/corporate/callback"`);
    expect(asked).toContain('Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"');
    expect(asked).not.toContain('RequestedAuthnContext');
    expect(asked).not.toContain('ForceAuthn');
  });

  it.each(['max_age=0', 'max_age=600', 'choose=account'])('demands a sign-in for %s', async (wish) => {
    expect(requestIn(await leaveFor(server, new CookieJar(), `corporate?${wish}`))).toContain(
      'ForceAuthn="true"',
    );
  });

  it('takes no sign-in of before for one that was demanded', async () => {
    const { jar, state, requestId } = await begin('forger', 'forger?max_age=0&return_to=/account');
    const authnStatement = assertionParts(partiesOf('forger'), '').authnStatement.replace(
      /AuthnInstant="[^"]*"/,
      'AuthnInstant="2020-01-01T00:00:00Z"',
    );
    const posted = await answer('forger', {
      SAMLResponse: forged('forger', requestId, { authnStatement }),
      RelayState: state,
    });
    const back = await get(posted.location!, { cookies: jar });
    expect(back.location!.searchParams.get('problem')).toBe('sso_not_fresh');
    expect(jar.get('gatehouse_session')).toBeUndefined();
  });

  it('is refused while the only certificate has run out, which the log said at the start', async () => {
    expect(/Identity provider late: the certificate .* ran out on /.test(server.output())).toBe(true);
    const { back } = await arrive({}, 'late');
    expect(back.headers.location).toBe(FAILED);
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'certificate_expired' });
  });

  it('leads back to the sign-in page when the provider says no, with the way back', async () => {
    const { jar, state, requestId } = await begin('forger', 'forger?return_to=/account');
    const status =
      '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Requester"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:RequestDenied"/></samlp:StatusCode>';
    const SAMLResponse = base64(unsigned(responseXml(partiesOf('forger'), requestId, '', { status })));
    const posted = await answer('forger', { SAMLResponse, RelayState: state });
    const back = await get(posted.location!, { cookies: jar });
    expect(back.headers.location).toBe(`${FAILED}&return_to=%2Faccount`);
    expect((await lastRejection(server))!.details).toEqual({
      provider: 'forger',
      code: 'provider_refused',
      error: 'Requester',
      detail: 'RequestDenied',
    });
  });

  it('writes neither the assertion nor the name of the person into the log', async () => {
    const nameId = 'canary-of-nobody-else';
    const { jar, state, requestId } = await begin();
    const SAMLResponse = forged('forger', requestId, { nameId });
    await get((await answer('forger', { SAMLResponse, RelayState: state })).location!, { cookies: jar });
    await answer('forger', { SAMLResponse: SAMLResponse.slice(0, -40), RelayState: state });
    const log = server.output();
    for (const secret of [nameId, SAMLResponse.slice(100, 140), state, base64(nameId)])
      expect([secret, log.includes(secret)]).toEqual([secret, false]);
  });
});

describe('the answer of a provider', () => {
  it('waits for the browser that began, which alone can go on with it, once', async () => {
    const { jar, state, requestId } = await begin();
    const posted = await answer('forger', { SAMLResponse: forged('forger', requestId), RelayState: state });
    expect(posted.headers['set-cookie']).toBeUndefined();
    expect(posted.headers['cache-control']).toBe('no-store');
    expect(posted.location!.href.length).toBeLessThan(200);
    const stranger = new CookieJar();
    expect((await get(posted.location!, { cookies: stranger })).headers.location).toBe(FAILED);
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'flow_missing' });
    // Somebody who is in the middle of a sign-in of their own.
    const busy = (await begin()).jar;
    expect((await get(posted.location!, { cookies: busy })).headers.location).toBe(FAILED);
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'state_mismatch' });
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => get(posted.location!, { cookies: jar.copy() })),
    );
    expect(answers.filter(({ headers }) => headers.location === '/account')).toHaveLength(1);
    expect(answers.filter(({ headers }) => headers.location === FAILED)).toHaveLength(9);
  });

  it('is of no use to a browser that began another sign-in, not even with its own state', async () => {
    const [mine, theirs] = [await begin(), await begin()];
    const posted = await answer('forger', {
      SAMLResponse: forged('forger', mine.requestId, { nameId: 'mallory' }),
      RelayState: theirs.state,
    });
    const back = await get(posted.location!, { cookies: theirs.jar });
    expect(back.headers.location).toBe(FAILED);
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'in_response_to_mismatch' });
    expect(theirs.jar.get('gatehouse_session')).toBeUndefined();
  });

  it('is taken from its own provider only', async () => {
    const mine = await begin('other');
    const posted = await answer('forger', {
      SAMLResponse: forged('other', mine.requestId),
      RelayState: mine.state,
    });
    const elsewhere = posted.location!.href.replace('/forger/', '/other/');
    expect((await get(elsewhere, { cookies: mine.jar })).headers.location).toBe(FAILED);
    expect((await lastRejection(server))!.details).toMatchObject({
      provider: 'other',
      code: 'response_missing',
    });
  });

  it('is an assertion that counts once, whatever request it is said to answer', async () => {
    expect((await arrive({ id: '_the-same-twice' })).back.headers.location).toBe('/account');
    const again = await arrive({ id: '_the-same-twice' });
    expect(again.back.headers.location).toBe(FAILED);
    expect(again.jar.get('gatehouse_session')).toBeUndefined();
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'assertion_replayed' });
    // Of another provider it is another one.
    expect((await arrive({ id: '_the-same-twice' }, 'other')).back.headers.location).toBe('/account');
  });

  it.each<[string, Record<string, string | string[]>, string]>([
    ['no state', { SAMLResponse: 'PHg+' }, 'response_unsolicited'],
    ['an empty state', { SAMLResponse: 'PHg+', RelayState: '' }, 'response_unsolicited'],
    ['an address for a state', { SAMLResponse: 'PHg+', RelayState: 'https://evil.test/' }, 'state_mismatch'],
    ['two states', { SAMLResponse: 'PHg+', RelayState: ['a'.repeat(43), 'b'.repeat(43)] }, 'state_mismatch'],
    ['nothing', { RelayState: 'a'.repeat(43) }, 'response_missing'],
    ['two answers', { SAMLResponse: ['PHg+', 'PHg+'], RelayState: 'a'.repeat(43) }, 'response_missing'],
  ])('is refused with %s', async (_what, form, code) => {
    const refused = await answer('forger', form);
    expect([refused.status, refused.headers.location]).toEqual([303, FAILED]);
    expect((await lastRejection(server))!.details).toMatchObject({ provider: 'forger', code });
  });

  it.each(['%00', 'x', encodeURIComponent('{"a":1}'), 'a&form=b'])(
    'is nothing under the handle %s',
    async (handle) => {
      const { jar, state } = await begin();
      const back = await get(`${server.base}/sso/forger/callback?state=${state}&form=${handle}`, {
        cookies: jar,
      });
      expect(back.headers.location).toBe(FAILED);
    },
  );

  it.each(['?SAMLResponse=PHg%2B', '/callback?SAMLResponse=PHg%2B&RelayState=x', '?SAMLRequest=PHg%2B'])(
    'is never read from a query: %s',
    async (path) => {
      const jar = new CookieJar();
      const back = await leave(server, jar, `forger${path}`);
      expect(back.location!.href).toMatch(
        /^https:\/\/forger\.test\/sso\?SAMLRequest=|\/login\?problem=sso_failed$/,
      );
      expect(jar.get('gatehouse_session')).toBeUndefined();
    },
  );

  it('may be long, for a person in many groups, but not endless', async () => {
    const groups = Array.from({ length: 1_300 }, (_, n) => `CN=group-${n},OU=Groups,DC=example,DC=com`);
    const { back } = await arrive({ nameId: 'many', attributes: { email: ['many@forger.test'], groups } });
    expect(back.headers.location).toBe('/account');
    const refused = await answer('forger', { SAMLResponse: 'A'.repeat(300_000), RelayState: 'a'.repeat(43) });
    expect(refused.status).toBe(413);
  });

  it('is refused by its length before it is read (50 MB)', async () => {
    const before = performance.now();
    const head = `POST /sso/forger/callback HTTP/1.1\r\nHost: localhost:${server.port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 52428800\r\n\r\nSAMLResponse=`;
    expect(await rawRequest(server.origin, head, 1_500)).toMatch(/^HTTP\/1\.1 413 /);
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  it.each([
    ['a document type', '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>', 'xml_doctype'],
    ['a depth of 10^4', '<a>'.repeat(10_000), 'xml_too_deep'],
    ['no XML', 'hello', 'xml_malformed'],
    ['bytes that are no text', '\uffff', 'xml_malformed'],
  ])('is refused with %s, and everything goes on', async (_what, text, code) => {
    const { jar, state } = await begin();
    const posted = await answer('forger', { SAMLResponse: base64(text), RelayState: state });
    expect((await get(posted.location!, { cookies: jar })).headers.location).toBe(FAILED);
    expect((await lastRejection(server))!.details).toMatchObject({ code });
  });
});

describe('a logout that the provider asks for', () => {
  /** A request in the query, signed as it is written. */
  function redirected(
    xml: string,
    how: { relayState?: string; method?: string; by?: CertifiedKey | undefined } = {},
  ): URL {
    const { relayState, method = SIGN.sha256, by = key } = how;
    const query = [
      `SAMLRequest=${encodeURIComponent(deflateRawSync(unsigned(xml)).toString('base64'))}`,
      ...(relayState === undefined ? [] : [`RelayState=${encodeURIComponent(relayState)}`]),
      `SigAlg=${encodeURIComponent(method)}`,
    ].join('&');
    const hash = method === SIGN.sha1 ? 'sha1' : 'sha256';
    const signature = sign(hash, Buffer.from(query), by.privateKey).toString('base64');
    return new URL(`${slo()}?${query}&Signature=${encodeURIComponent(signature)}`);
  }
  const logout = (nameId: string, more: Parameters<typeof logoutXml>[2] = {}): string =>
    logoutXml(partiesOf('forger'), nameId, { destination: slo(), ...more });
  const posted = (xml: string, id: string): Promise<HttpResponse> =>
    post(slo(), { form: { SAMLRequest: base64(signed(xml, { key: key.privateKey, id })), RelayState: 'x' } });
  const lastLogout = async () => (await events(server, { type: 'idp.logout.received' }))[0]!;

  it('ends that session and all that was allowed in it, and answers where it came from', async () => {
    const jar = new CookieJar();
    const person = somebody();
    await signInAs(person, jar);
    const [bystander, other] = [new CookieJar(), somebody()];
    await signInAs(other, bystander);
    const { client, tokens } = await connect(server, { jar });
    expect(await mcpStatus(server, tokens.access_token)).toBe(200);

    const answered = await get(peer.logout(person, 'back to the provider'));
    expect([answered.status, answered.location!.origin, answered.location!.pathname]).toEqual([
      303,
      peer.origin,
      '/slo',
    ]);
    expect(answered.location!.searchParams.get('RelayState')).toBe('back to the provider');
    expect(await peer.readLogoutResponse(answered.location!)).toMatchObject({
      issuer: `${server.url}/sso/corporate/metadata`,
    });
    expect(await signedInAs(server, jar)).toBeUndefined();
    expect(await mcpStatus(server, tokens.access_token)).toBe(401);
    expect(refusalOf(await refresh(server, client, tokens.refresh_token!))).toEqual([400, 'invalid_grant']);
    expect(await signedInAs(server, bystander)).toBe(other.email);
    expect(await lastLogout()).toMatchObject({
      outcome: { result: 'allowed' },
      details: { provider: 'corporate', sessions: 1 },
    });
  });

  it('is answered with a signature where there is a key for it', async () => {
    const jar = new CookieJar();
    const person = somebody({ email: 'leaves@elsewhere.test' });
    await signInAs(person, jar, 'strict');
    const answered = await get(strict.logout(person));
    expect(answered.location!.searchParams.get('SigAlg')).toBe(SIGN.sha256);
    await strict.readLogoutResponse(answered.location!);
    expect(await signedInAs(server, jar)).toBeUndefined();
  });

  it('by a form ends it too, and where nobody waits for an answer a page says so', async () => {
    const jar = await present('formed');
    const answered = await posted(logout('formed', { id: '_by-form', sessionIndexes: ['s-1'] }), '_by-form');
    expect(answered.status).toBe(200);
    expect(textOf(answered.text)).toContain('You are signed out');
    expect(await signedInAs(server, jar)).toBeUndefined();
  });

  it('ends the sessions it names, all of the person when it names none, and none at other providers', async () => {
    const [one, two, three] = [
      await present('multi', 'a'),
      await present('multi', 'b'),
      await present('multi', 'c'),
    ];
    const elsewhere = await present('multi', 'a', 'other');
    await get(redirected(logout('multi', { sessionIndexes: ['b', 'a', 'b'] })));
    expect(await Promise.all([one, two, three].map((jar) => signedInAs(server, jar)))).toEqual([
      undefined,
      undefined,
      'multi@forger.test',
    ]);
    // All of them in one change.
    const [ended] = await events(server, { type: 'revocation.applied' });
    expect(ended).toMatchObject({ details: { reason: 'ended_by_provider', sessions: 2 } });
    expect((await lastLogout()).details).toMatchObject({ sessions: 2 });
    await get(redirected(logout('multi')));
    expect(await signedInAs(server, three)).toBeUndefined();
    expect(await signedInAs(server, elsewhere)).toBe('multi@other.test');
  });

  it('of somebody who is not here is a success', async () => {
    expect((await get(redirected(logout('nobody')))).status).toBe(200);
    expect((await lastLogout()).details).toMatchObject({ sessions: 0 });
  });

  describe('ends nothing', () => {
    let jar: CookieJar;
    beforeAll(async () => {
      jar = await present('stays');
    });
    const withoutSignature = (url: URL): URL => {
      for (const name of ['SigAlg', 'Signature']) url.searchParams.delete(name);
      return url;
    };
    const get_ = (make: () => URL) => () => get(make());

    it.each<[string, () => Promise<HttpResponse>, string]>([
      ['unsigned, in a query', get_(() => withoutSignature(redirected(logout('stays')))), 'logout_unsigned'],
      [
        'unsigned, by a form',
        () => post(slo(), { form: { SAMLRequest: base64(unsigned(logout('stays'))) } }),
        'logout_unsigned',
      ],
      [
        'signed by SHA-1',
        get_(() => redirected(logout('stays'), { method: SIGN.sha1 })),
        'signature_algorithm',
      ],
      [
        'signed by another key',
        get_(() => redirected(logout('stays'), { by: certifiedKey() })),
        'logout_signature_invalid',
      ],
      [
        'signed by another key, by a form',
        () => {
          const xml = signed(logout('stays', { id: '_l' }), { key: certifiedKey().privateKey, id: '_l' });
          return post(slo(), { form: { SAMLRequest: base64(xml) } });
        },
        'logout_signature_invalid',
      ],
      [
        'signed, and changed since',
        () => {
          const xml = signed(logout('other', { id: '_m' }), { key: key.privateKey, id: '_m' });
          return post(slo(), { form: { SAMLRequest: base64(xml.replace('>other<', '>stays<')) } });
        },
        'logout_signature_invalid',
      ],
      [
        'around a signed one',
        () => {
          const xml = signed(logout('other', { id: '_n' }), { key: key.privateKey, id: '_n' });
          const wrap = unsigned(logout('stays', { id: '_evil' })).replace(
            '</samlp:LogoutRequest>',
            `${xml}</samlp:LogoutRequest>`,
          );
          return post(slo(), { form: { SAMLRequest: base64(wrap) } });
        },
        'logout_unsigned',
      ],
      [
        'with another state than was signed',
        get_(() => {
          const url = redirected(logout('stays'), { relayState: 'a' });
          url.searchParams.set('RelayState', 'b');
          return url;
        }),
        'logout_signature_invalid',
      ],
      [
        'with a second request beside the signed one',
        get_(
          () =>
            new URL(
              `${redirected(logout('other')).href}&SAMLRequest=${encodeURIComponent(deflateRawSync(unsigned(logout('stays'))).toString('base64'))}`,
            ),
        ),
        'message_ambiguous',
      ],
      [
        'of another issuer',
        get_(() => redirected(logout('stays', { issuer: 'https://evil.test' }))),
        'issuer_mismatch',
      ],
      [
        'for another place',
        get_(() => redirected(logout('stays', { destination: slo('other') }))),
        'destination_mismatch',
      ],
      [
        'of an hour ago',
        get_(() => redirected(logout('stays', { issuedAt: new Date(Date.now() - 3_600_000).toISOString() }))),
        'logout_out_of_time',
      ],
      [
        'whose time is over',
        get_(() => redirected(logout('stays', { notOnOrAfter: '2020-01-01T00:00:00Z' }))),
        'logout_out_of_time',
      ],
      [
        'without a name',
        get_(() => redirected(logout('stays').replace(/<saml:NameID.*NameID>/, ''))),
        'nameid_missing',
      ],
      [
        'with an empty name of a session',
        get_(() => redirected(logout('stays', { sessionIndexes: [''] }))),
        'session_index_malformed',
      ],
      [
        'with a blank name of a session beside a good one',
        get_(() => redirected(logout('stays', { sessionIndexes: ['s-1', ' '] }))),
        'session_index_malformed',
      ],
      [
        'with something else in the name of a session',
        get_(() => redirected(logout('stays', { sessionIndexes: ['<x/>'] }))),
        'session_index_malformed',
      ],
      [
        'with a name of another format',
        get_(() =>
          redirected(logout('stays', { format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress' })),
        ),
        'nameid_format_mismatch',
      ],
      [
        'with a name cut short by a comment',
        get_(() => redirected(logout('stays<!-- -->.away'))),
        'xml_comment',
      ],
      ['that inflates to 5 MB', get_(() => redirected(' '.repeat(5_000_000))), 'xml_too_large'],
      ['that is an answer', () => post(slo(), { form: { SAMLResponse: 'PHg+' } }), 'logout_request_missing'],
      ['with no message', () => get(slo()), 'logout_request_missing'],
      [
        'that is another message',
        get_(() => redirected(logout('stays').replaceAll('LogoutRequest', 'AuthnRequest'))),
        'logout_request_missing',
      ],
    ])('when it is %s', async (_what, ask, code) => {
      const refused = await ask();
      expect([refused.status, refused.location]).toEqual([400, undefined]);
      expect((await lastLogout()).outcome).toMatchObject({ result: 'denied', reason_code: code });
      expect(await signedInAs(server, jar)).toBe('stays@forger.test');
    });

    it('a second time', async () => {
      const url = redirected(logout('comes-back'));
      const first = await present('comes-back');
      expect((await get(url)).status).toBe(200);
      expect(await signedInAs(server, first)).toBeUndefined();
      const second = await present('comes-back');
      expect((await get(url)).status).toBe(400);
      expect((await lastLogout()).outcome).toMatchObject({ reason_code: 'logout_replayed' });
      expect(await signedInAs(server, second)).toBe('comes-back@forger.test');
    });

    it('by another method', async () => {
      expect((await request('PUT', slo(), { form: {} })).status).toBe(405);
    });
  });
});

describe('what an admin does with a SAML provider', () => {
  const settings = (more: object = {}) => ({
    kind: 'saml',
    issuer: 'https://made.test/metadata',
    ssoUrl: 'https://made.test/sso',
    certificates: [key.certificatePem],
    ...more,
  });
  const create = (id: string, more?: object): Promise<HttpResponse> =>
    adminCall(server, 'POST', '/identity-providers', { json: { id, settings: settings(more) } });

  it('is to set one up, through which people come in at once', async () => {
    const pair = certifiedKey();
    const signing = { privateKey: pair.privatePem, certificate: pair.certificatePem };
    const made = await create('made', { signing });
    expect(made.status).toBe(201);
    expect(made.text).not.toContain('PRIVATE KEY');
    const { back } = await arrive({ nameId: 'ann' }, 'made');
    expect(back.headers.location).toBe('/account');
    expect((await get(`${server.base}/sso/made/metadata`)).text).toContain('AuthnRequestsSigned="true"');
  });

  it.each<[string, () => object, RegExp]>([
    ['a file of this machine', () => ({ metadata: '/etc/hostname' }), /metadata is of no use/],
    ['no certificate', () => ({ certificates: [] }), /certificates are missing/],
    [
      'the people of another provider',
      () => ({ issuer: 'https://forger.test/metadata', certificates: [certifiedKey().certificatePem] }),
      /not the same/,
    ],
  ])('is not to set one up with %s', async (_what, more, problem) => {
    const refused = await create('refused', more());
    expect([refused.status, refused.text]).toEqual([400, expect.stringMatching(problem)]);
  });

  it('is to try what can be tried without a person', async () => {
    const tried = await adminCall(server, 'POST', '/identity-providers/corporate/test');
    expect(tried.status).toBe(200);
    const steps = tried.json<{ steps: { step: string; ok: boolean | null }[] }>().steps;
    expect(steps.map(({ step, ok }) => [step, ok])).toEqual([
      ['configuration', true],
      ['redirect_uri', true],
      ['entity_id', true],
      ['certificates', true],
      ['sign_in_page', true],
      ['logout_address', true],
    ]);
  });

  it('is to end a session of it', async () => {
    const jar = await present('watched');
    const [person] = await peopleLike(server, 'watched@forger.test');
    const session = (await livingSessions(server)).find(({ user_id }) => user_id === person!.id)!;
    expect((await adminCall(server, 'DELETE', `/sessions/${session.id}`)).status).toBe(200);
    expect(await signedInAs(server, jar)).toBeUndefined();
  });
});
