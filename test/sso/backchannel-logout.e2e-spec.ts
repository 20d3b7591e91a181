import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, refresh, submitForm } from '../support/actors.js';
import { FakeIdp } from '../support/fake-idp.js';
import { formOf } from '../support/html.js';
import { CookieJar, get, post, type HttpResponse } from '../support/http.js';
import { startOidcPeer, type OidcPeer } from '../support/oidc-peer.js';
import { freePort } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { events, mcpStatus, refusalOf, ROOMY } from '../oauth/harness.js';
import { leaveFor, signedInAs } from './sign-in.js';

const SECRET = 'a-secret-shared-with-the-provider';

const idp = new FakeIdp('gatehouse', SECRET);
let server: TestServer;
let peer: OidcPeer;
let people = 0;

const told = (form: Record<string, string | string[]>, provider = 'fake'): Promise<HttpResponse> =>
  post(`${server.base}/sso/${provider}/backchannel-logout`, { form });

/** Somebody who came in through the provider that can misbehave, in its session `sid`. */
async function arrive(sub: string, sid?: string): Promise<CookieJar> {
  const jar = new CookieJar();
  idp.claims = { sub, email: `${sub}@example.com`, ...(sid && { sid }) };
  await get(idp.answer(await leaveFor(server, jar, 'fake')), { cookies: jar });
  expect(await signedInAs(server, jar)).toBe(`${sub}@example.com`);
  return jar;
}

async function signOut(jar: CookieJar): Promise<void> {
  const page = await get(`${server.base}/account`, { cookies: jar });
  await submitForm(server, page, formOf(page.text, '/logout'), { cookies: jar });
  expect(await signedInAs(server, jar)).toBeUndefined();
}

const newName = (): string => `somebody-${++people}`;

beforeAll(async () => {
  const port = await freePort();
  const here = `http://localhost:${port}/sso/peer`;
  await idp.start();
  peer = await startOidcPeer({
    id: 'gatehouse',
    secret: SECRET,
    redirectUris: [`${here}/callback`],
    backchannelLogoutUri: `${here}/backchannel-logout`,
  });
  const known = { kind: 'oidc', clientId: 'gatehouse', clientSecret: SECRET };
  server = await startServer({
    port,
    config: {
      limits: ROOMY,
      identityProviders: [
        { id: 'peer', issuer: peer.issuer, ...known },
        { id: 'fake', issuer: idp.issuer, ...known },
        { id: 'gone', issuer: 'http://127.0.0.1:1', ...known },
      ],
    },
  });
});
afterAll(() => idp.stop());

describe('A logout at the provider', () => {
  it('ends the session here and all that was allowed in it, and nobody else’s', async () => {
    const [jar, atPeer] = [new CookieJar(), new CookieJar()];
    const person = { sub: newName(), email: 'leaving@example.com' };
    await get(await peer.signIn(await leaveFor(server, jar, 'peer'), person, atPeer), { cookies: jar });
    const other = await connect(server, { jar: await arrive(newName()) });
    const { client, tokens } = await connect(server, { jar });
    expect(await mcpStatus(server, tokens.access_token)).toBe(200);

    await peer.signOut(atPeer);
    expect(await signedInAs(server, jar)).toBeUndefined();
    expect(await mcpStatus(server, tokens.access_token)).toBe(401);
    expect(refusalOf(await refresh(server, client, tokens.refresh_token!))).toEqual([400, 'invalid_grant']);
    expect(await mcpStatus(server, other.tokens.access_token)).toBe(200);
    const [event] = await events(server, { type: 'idp.logout.received' });
    expect(event).toMatchObject({
      outcome: { result: 'allowed' },
      details: { provider: 'peer', sessions: 1 },
    });
    const [ended] = await events(server, { type: 'revocation.applied' });
    expect(ended).toMatchObject({
      actor: { type: 'system', id: 'sso:peer' },
      details: { reason: 'ended_by_provider', grants: 1, sessions: 1 },
    });
  });

  it('of one of two sessions ends that one', async () => {
    const sub = newName();
    const [first, second] = [await arrive(sub, 'one'), await arrive(sub, 'two')];
    expect((await told({ logout_token: idp.logoutToken({ sub, sid: 'one' }) })).status).toBe(200);
    expect(await signedInAs(server, first)).toBeUndefined();
    expect(await signedInAs(server, second)).toBe(`${sub}@example.com`);
    expect((await told({ logout_token: idp.logoutToken({ sid: 'two' }) })).status).toBe(200);
    expect(await signedInAs(server, second)).toBeUndefined();
  });

  it('of a person ends every session, and what was allowed in those they had signed out of themselves', async () => {
    const sub = newName();
    const left = await arrive(sub, 'left');
    const { tokens } = await connect(server, { jar: left });
    await signOut(left);
    expect(await mcpStatus(server, tokens.access_token)).toBe(200);
    const again = await arrive(sub, 'again');
    expect((await told({ logout_token: idp.logoutToken({ sub }) })).status).toBe(200);
    expect(await signedInAs(server, again)).toBeUndefined();
    expect(await mcpStatus(server, tokens.access_token)).toBe(401);
  });

  it('of somebody who is not here is taken note of', async () => {
    const answer = await told({ logout_token: idp.logoutToken({ sub: 'nobody' }) });
    expect([answer.status, answer.text, answer.headers['cache-control']]).toEqual([200, '', 'no-store']);
  });
});

describe('What is no word of the provider ends nothing', () => {
  const hour = 3_600;
  const now = (): number => Math.floor(Date.now() / 1_000);
  const cases: [string, () => string | undefined, string][] = [
    ['no token', () => undefined, 'logout_token_missing'],
    ['an empty one', () => '', 'logout_token_missing'],
    ['no JWT', () => 'abc', 'logout_token_invalid'],
    ['another issuer', () => idp.logoutToken({ sub, iss: 'https://evil.test' }), 'logout_token_iss_mismatch'],
    ['another audience', () => idp.logoutToken({ sub, aud: 'other' }), 'logout_token_aud_mismatch'],
    ['no subject and no session', () => idp.logoutToken(), 'logout_token_names_nobody'],
    ['a subject that is no text', () => idp.logoutToken({ sub: { a: 1 } }), 'logout_token_name_invalid'],
    ['an empty subject', () => idp.logoutToken({ sub: '' }), 'logout_token_name_invalid'],
    ['NUL', () => idp.logoutToken({ sub: `${sub}\0` }), 'logout_token_name_invalid'],
    ['no event', () => idp.logoutToken({ sub, events: { other: {} } }), 'logout_token_event_missing'],
    ['no events', () => idp.logoutToken({ sub, events: undefined }), 'logout_token_events_mismatch'],
    ['a nonce', () => idp.logoutToken({ sub, nonce: 'n' }), 'logout_token_has_nonce'],
    ['no jti', () => idp.logoutToken({ sub, jti: undefined }), 'logout_token_jti_mismatch'],
    ['a jti that is no text', () => idp.logoutToken({ sub, jti: 5 }), 'logout_token_jti_invalid'],
    ['no expiry', () => idp.logoutToken({ sub, exp: undefined }), 'logout_token_exp_mismatch'],
    ['its time over', () => idp.logoutToken({ sub, exp: now() - 120 }), 'logout_token_expired'],
    ['made long ago', () => idp.logoutToken({ sub, iat: now() - hour }), 'logout_token_expired'],
    ['made in the future', () => idp.logoutToken({ sub, iat: now() + hour }), 'logout_token_iat_mismatch'],
    ['another type', () => idp.logoutToken({ sub }, { typ: 'at+jwt' }), 'logout_token_type_unexpected'],
    ['another key id', () => idp.logoutToken({ sub }, { kid: 'k9' }), 'logout_token_no_matching_key'],
    ['another key', () => forged('other key'), 'logout_token_signature_verification_failed'],
    ['the client secret as key', () => forged('secret'), 'logout_token_alg_not_allowed'],
    ['no signature', () => forged('none'), 'logout_token_alg_not_allowed'],
  ];
  let sub: string;
  let jar: CookieJar;

  function forged(signature: 'other key' | 'secret' | 'none'): string {
    idp.misbehaviour = { signature };
    const token = idp.logoutToken({ sub });
    idp.misbehaviour = {};
    return token;
  }

  beforeAll(async () => {
    sub = newName();
    jar = await arrive(sub);
  });

  it.each(cases)('%s', async (_what, token, code) => {
    const given = token();
    const answer = await told(given === undefined ? {} : { logout_token: given });
    expect([answer.status, answer.json()]).toEqual([
      400,
      { error: 'invalid_request', error_description: 'The logout token is refused' },
    ]);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(await signedInAs(server, jar)).toBe(`${sub}@example.com`);
    const [event] = await events(server, { type: 'idp.logout.received' });
    expect(event).toMatchObject({
      outcome: { result: 'denied', reason_code: code },
      details: { provider: 'fake' },
    });
  });

  it('two tokens at once, or an ID token', async () => {
    const good = idp.logoutToken({ sub });
    expect((await told({ logout_token: [good, good] })).status).toBe(400);
    expect((await told({ logout_token: idp.issued.at(-1)! })).status).toBe(400);
    expect(await signedInAs(server, jar)).toBe(`${sub}@example.com`);
  });

  it('a good one that was received before', async () => {
    const mine = newName();
    await arrive(mine);
    const token = idp.logoutToken({ sub: mine });
    const answers = await Promise.all(Array.from({ length: 5 }, () => told({ logout_token: token })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400]);
    const back = await arrive(mine);
    expect((await told({ logout_token: token })).status).toBe(400);
    expect(await signedInAs(server, back)).toBe(`${mine}@example.com`);
  });

  it('a good one of another provider, or sent to none', async () => {
    const good = idp.logoutToken({ sub });
    expect((await told({ logout_token: good }, 'peer')).status).toBe(400);
    expect((await told({ logout_token: good }, 'nobody')).status).toBe(404);
    expect((await get(`${server.base}/sso/fake/backchannel-logout`)).status).toBe(404);
    expect(await signedInAs(server, jar)).toBe(`${sub}@example.com`);
  });

  it('anything while the provider cannot be asked for its keys, and the provider may try again', async () => {
    const answer = await told({ logout_token: idp.logoutToken({ sub }) }, 'gone');
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '30']);
  });
});
