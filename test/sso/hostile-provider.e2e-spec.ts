import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AppConfig } from '../../src/config/index.js';
import { Sealer } from '../../src/sealing/sealer.js';
import { connect, mcpCall, refresh, registerClient, signIn } from '../support/actors.js';
import { FakeIdp, type Misbehaviour } from '../support/fake-idp.js';
import { textOf } from '../support/html.js';
import { CookieJar, get, type HttpResponse } from '../support/http.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import { lastRejection, leave, leaveFor, livingSessions, rejections, signedInAs } from './sign-in.js';

const CLIENT = 'gatehouse';
const SECRET = 'a-secret-shared-with-the-provider';
const KEY = Buffer.from('q83vEjRWeJq83vEjRWeJqwHPkrI2bXDlcA7kUYh2Zjc=', 'base64');
const FAILED = '/login?problem=sso_failed';

let server: TestServer;
let people = 0;
const idp = new FakeIdp(CLIENT, SECRET);
/** Providers that are asked for the first time by the test that is about that. */
const late = {
  hanging: new FakeIdp(CLIENT, SECRET),
  away: new FakeIdp(CLIENT, SECRET),
  lying: new FakeIdp(CLIENT, SECRET),
};

const callbackOf = async (jar: CookieJar, path = 'hostile'): Promise<URL> =>
  idp.answer(await leaveFor(server, jar, path));

async function attempt(misbehaviour: Misbehaviour, jar = new CookieJar()): Promise<HttpResponse> {
  idp.misbehaviour = misbehaviour;
  return get(await callbackOf(jar), { cookies: jar });
}

async function expectNobodySignedIn(jar: CookieJar): Promise<void> {
  expect(jar.get('gatehouse_session')).toBeUndefined();
  expect(await signedInAs(server, jar)).toBeUndefined();
}

async function timed<T>(work: Promise<T>): Promise<{ value: T; seconds: number }> {
  const before = performance.now();
  return { value: await work, seconds: (performance.now() - before) / 1_000 };
}

beforeAll(async () => {
  const all = [idp, ...Object.values(late)];
  for (const each of all) await each.start();
  const provider = (id: string, { issuer }: FakeIdp) => ({
    id,
    kind: 'oidc',
    issuer,
    clientId: CLIENT,
    clientSecret: SECRET,
  });
  server = await startServer({
    env: { ENCRYPTION_KEYS: `1:${KEY.toString('base64')}` },
    config: {
      identityProviders: [
        { ...provider('hostile', idp), domains: ['example.com'] },
        ...Object.entries(late).map(([id, each]) => provider(id, each)),
      ],
    },
  });
});
afterAll(async () => {
  for (const each of [idp, ...Object.values(late)]) await each.stop();
});
beforeEach(() => {
  idp.misbehaviour = {};
  idp.claims = { sub: `s-${++people}`, email: `s-${people}@example.com`, email_verified: true };
});

describe('a provider that behaves', () => {
  it('signs a person in, so that what follows fails for the reason it names', async () => {
    const jar = new CookieJar();
    const back = await attempt({}, jar);
    expect(back.headers.location).toBe('/account');
    expect(await signedInAs(server, jar)).toBe(idp.claims['email']);
    const [scheme, pair] = idp.secretsGiven.at(-1)!.split(' ');
    expect(scheme).toBe('Basic');
    expect(decodeURIComponent(Buffer.from(pair!, 'base64').toString())).toBe(`${CLIENT}:${SECRET}`);
  });
});

describe('a callback', () => {
  it('without a state is refused, and does not spoil the flow that is under way', async () => {
    const jar = new CookieJar();
    const callback = await callbackOf(jar);
    const without = new URL(callback);
    without.searchParams.delete('state');
    expect((await get(without, { cookies: jar })).headers.location).toBe(FAILED);
    await expectNobodySignedIn(jar);
    expect((await lastRejection(server))!.details).toEqual({ provider: 'hostile', code: 'state_mismatch' });
    expect((await get(callback, { cookies: jar })).headers.location).toBe('/account');
  });

  it('with a state given twice is refused', async () => {
    const jar = new CookieJar();
    const callback = await callbackOf(jar);
    callback.searchParams.append('state', callback.searchParams.get('state')!);
    expect((await get(callback, { cookies: jar })).headers.location).toBe(FAILED);
    await expectNobodySignedIn(jar);
  });

  it('in a browser that began nothing is refused', async () => {
    const callback = await callbackOf(new CookieJar());
    const other = new CookieJar();
    expect((await get(callback, { cookies: other })).headers.location).toBe(FAILED);
    await expectNobodySignedIn(other);
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'flow_missing' });
  });

  it('of one browser in another that began a flow of its own is refused', async () => {
    const victim = new CookieJar();
    await leave(server, victim, 'hostile');
    const callback = await callbackOf(new CookieJar());
    expect((await get(callback, { cookies: victim })).headers.location).toBe(FAILED);
    await expectNobodySignedIn(victim);
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'state_mismatch' });
  });

  it('with a code of another flow is refused', async () => {
    const jar = new CookieJar();
    const foreign = await callbackOf(new CookieJar());
    const callback = await callbackOf(jar);
    callback.searchParams.set('code', foreign.searchParams.get('code')!);
    expect((await get(callback, { cookies: jar })).headers.location).toBe(FAILED);
    await expectNobodySignedIn(jar);
    expect((await lastRejection(server))!.details).toMatchObject({
      code: 'token_request_refused',
      error: 'invalid_grant',
    });
  });

  it('with a damaged flow or the flow of another provider is refused', async () => {
    const jar = new CookieJar();
    const callback = await callbackOf(jar);
    const cookie = jar.get('gatehouse_sso_hostile')!;
    for (const value of [`${cookie.slice(0, -2)}AA`, 'AAAA', '!', '']) {
      const damaged = new CookieJar();
      damaged.set('gatehouse_sso_hostile', value);
      expect((await get(callback, { cookies: damaged })).headers.location).toBe(FAILED);
    }
    jar.set('gatehouse_sso_away', cookie);
    const moved = new URL(callback.href.replace('/sso/hostile/', '/sso/away/'));
    expect((await get(moved, { cookies: jar })).headers.location).toBe(FAILED);
    await expectNobodySignedIn(jar);
    expect((await lastRejection(server))!.details).toMatchObject({
      provider: 'away',
      code: 'flow_unreadable',
    });
  });

  it('that took longer than its flow may is refused', async () => {
    const sealer = new Sealer({ encryptionKeys: new Map([[1, KEY]]) } as unknown as AppConfig);
    const jar = new CookieJar();
    const callback = await callbackOf(jar);
    const age = (seconds: number): void => {
      const cookie = Buffer.from(jar.get('gatehouse_sso_hostile')!, 'base64url');
      const flow = JSON.parse(inflateRawSync(sealer.open('sso-flow:hostile', cookie)).toString()) as {
        until: number;
      };
      const older = deflateRawSync(JSON.stringify({ ...flow, until: flow.until - seconds }));
      jar.set('gatehouse_sso_hostile', sealer.seal('sso-flow:hostile', older).toString('base64url'));
    };
    age(601);
    expect((await get(callback, { cookies: jar })).headers.location).toBe(FAILED);
    await expectNobodySignedIn(jar);
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'flow_expired' });
    const later = await callbackOf(jar);
    age(590);
    expect((await get(later, { cookies: jar })).headers.location).toBe('/account');
  });

  it('replayed twenty times at once makes one session and asks the provider once', async () => {
    const jar = new CookieJar();
    const callback = await callbackOf(jar);
    const before = { sessions: (await livingSessions(server)).length, tokens: idp.secretsGiven.length };
    const copies = Array.from({ length: 20 }, () => jar.copy());
    const answers = await Promise.all(copies.map((copy) => get(callback, { cookies: copy })));
    const ways = answers.map(({ headers }) => headers.location).sort();
    expect(ways).toEqual(['/account', ...Array<string>(19).fill(FAILED)]);
    expect((await livingSessions(server)).length - before.sessions).toBe(1);
    expect(idp.secretsGiven.length - before.tokens).toBe(1);
    const codes = (await rejections(server)).slice(0, 19).map(({ details }) => details['code']);
    expect(new Set(codes)).toEqual(new Set(['flow_replayed']));
  });

  it('with the cookie put back after a sign-in is refused', async () => {
    const jar = new CookieJar();
    const callback = await callbackOf(jar);
    const again = jar.copy();
    await get(callback, { cookies: jar });
    expect((await get(callback, { cookies: again })).headers.location).toBe(FAILED);
    await expectNobodySignedIn(again);
  });

  it('of the earlier of two tabs is refused, and the later one still signs in', async () => {
    const jar = new CookieJar();
    const [first, second] = [await callbackOf(jar), await callbackOf(jar)];
    const refused = await get(first, { cookies: jar });
    expect(refused.headers.location).toBe(FAILED);
    expect(textOf((await get(refused.location!, { cookies: jar })).text)).toContain('Try again');
    expect((await get(second, { cookies: jar })).headers.location).toBe('/account');
  });

  it('without anything begins no new sign-in', async () => {
    const jar = new CookieJar();
    await leave(server, jar, 'hostile');
    const answer = await get(`${server.base}/sso/hostile/callback`, { cookies: jar });
    expect(answer.headers.location).toBe(FAILED);
  });
});

const soon = () => Math.floor(Date.now() / 1_000);

describe('an answer', () => {
  const cases: [string, string, () => Misbehaviour][] = [
    [
      'that is an error',
      'provider_refused',
      () => ({ response: { code: undefined, error: 'server_error' } }),
    ],
    [
      'that is an error and a code at once',
      'provider_refused',
      () => ({ response: { error: 'server_error' } }),
    ],
    ['from another issuer', 'response_iss_mismatch', () => ({ response: { iss: 'https://evil.test' } })],
    [
      'that does not say from which issuer',
      'response_iss_mismatch',
      () => ({ response: { iss: undefined } }),
    ],
    ['with a wrong nonce', 'id_token_nonce_mismatch', () => ({ idToken: { nonce: 'another' } })],
    ['without a nonce', 'id_token_nonce_missing', () => ({ idToken: { nonce: undefined } })],
    [
      'signed by a key that is not published',
      'id_token_signature_invalid',
      () => ({ signature: 'other key' }),
    ],
    ['signed by a key nobody knows', 'id_token_key_unknown', () => ({ header: { kid: 'k2' } })],
    ['signed with the secret of the client', 'id_token_alg_unsupported', () => ({ signature: 'secret' })],
    ['not signed at all', 'id_token_alg_unsupported', () => ({ signature: 'none' })],
    [
      'with an algorithm the provider does not use',
      'id_token_alg_unexpected',
      () => ({ header: { alg: 'RS384' } }),
    ],
    ['about another issuer', 'id_token_iss_mismatch', () => ({ idToken: { iss: 'https://evil.test' } })],
    [
      'whose issuer only looks the same',
      'id_token_iss_mismatch',
      () => ({ idToken: { iss: `${idp.issuer}/` } }),
    ],
    ['for another client', 'id_token_aud_mismatch', () => ({ idToken: { aud: 'another' } })],
    [
      'for several clients without naming ours',
      'id_token_aud_mismatch',
      () => ({ idToken: { aud: [CLIENT, 'another'] } }),
    ],
    [
      'authorized for another client',
      'id_token_azp_mismatch',
      () => ({ idToken: { aud: [CLIENT, 'another'], azp: 'another' } }),
    ],
    ['that is over', 'id_token_exp_out_of_time', () => ({ idToken: { exp: soon() - 120 } })],
    ['without a person', 'id_token_sub_missing', () => ({ idToken: { sub: undefined } })],
    ['with an empty person', 'id_token_sub_invalid', () => ({ idToken: { sub: '' } })],
    ['with a number for a person', 'response_invalid', () => ({ idToken: { sub: 7 } })],
    ['with an endless person', 'id_token_sub_invalid', () => ({ idToken: { sub: 's'.repeat(300) } })],
    [
      'whose access token is another',
      'id_token_at_hash_mismatch',
      () => ({ tokens: { access_token: 'at-another' } }),
    ],
    ['without an ID token', 'response_invalid', () => ({ tokens: { id_token: undefined } })],
    ['with an ID token that is none', 'response_invalid', () => ({ tokens: { id_token: 'a.b' } })],
    [
      'whose UserInfo is about somebody else',
      'userinfo_sub_mismatch',
      () => ({ idToken: { email: undefined }, userinfo: { sub: 'another' } }),
    ],
    [
      'whose tokens are refused',
      'token_request_refused',
      () => ({ status: { path: '/token', status: 400, body: '{"error":"invalid_grant"}' } }),
    ],
    [
      'that is no JSON',
      'response_unreadable',
      () => ({ status: { path: '/token', status: 200, body: '<html>' } }),
    ],
    [
      'that redirects the token request',
      'response_status_unexpected',
      () => ({ status: { path: '/token', status: 302, body: '{}' } }),
    ],
  ];

  it.each(cases)('%s signs nobody in (%s)', async (_what, code, misbehaviour) => {
    const jar = new CookieJar();
    const back = await attempt(misbehaviour(), jar);
    expect([back.status, back.headers.location]).toEqual([303, FAILED]);
    await expectNobodySignedIn(jar);
    const rejection = await lastRejection(server);
    expect(rejection).toMatchObject({
      outcome: { result: 'denied', reason_code: code },
      details: { provider: 'hostile', code },
    });
    expect(back.headers['x-decision-id']).toBe(rejection!.event_id);
  });

  it('that takes a text of the attacker along leaves it out of the trail, the log and the address', async () => {
    const jar = new CookieJar();
    const text = '<script>alert(1)</script>\r\nforged';
    const back = await attempt({ response: { code: undefined, error: text, error_description: text } }, jar);
    expect(back.headers.location).toBe(FAILED);
    expect((await lastRejection(server))!.details).toEqual({ provider: 'hostile', code: 'provider_refused' });
    expect(server.output()).not.toContain('forged');
  });

  it('never takes the address from one place and the word about it from another', async () => {
    const jar = new CookieJar();
    idp.claims = { sub: `s-${people}`, email: ADMIN_EMAIL };
    expect((await attempt({ userinfo: { email_verified: true } }, jar)).status).toBe(403);
    await expectNobodySignedIn(jar);
  });
});

describe('a provider that does not answer', () => {
  const expectFriendlyPage = (answer: HttpResponse): void => {
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(textOf(answer.text)).toContain('Try again in a minute, or choose another way to sign in');
  };

  it('gets a friendly page at once, and works again when it is back', async () => {
    await late.away.stop();
    expectFriendlyPage(await leave(server, new CookieJar(), 'away'));
    expect(await lastRejection(server)).toMatchObject({
      outcome: { result: 'error', reason_code: 'unreachable' },
      details: { provider: 'away', code: 'unreachable' },
    });
    await late.away.start();
    expect((await leave(server, new CookieJar(), 'away')).status).toBe(302);
  });

  it('gets a friendly page within ten seconds when it hangs, while everybody else signs in', async () => {
    late.hanging.misbehaviour = { hang: '/.well-known/openid-configuration' };
    const waiting = timed(
      Promise.all(Array.from({ length: 50 }, () => leave(server, new CookieJar(), 'hanging'))),
    );
    const meanwhile = await timed(signIn(server, new CookieJar()));
    const other = await timed(attempt({}));
    expect(other.value.headers.location).toBe('/account');
    expect(Math.max(meanwhile.seconds, other.seconds)).toBeLessThan(4);
    const { value, seconds } = await waiting;
    value.forEach(expectFriendlyPage);
    expect(seconds).toBeLessThan(10);
    expect(late.hanging.requests).toHaveLength(1);
  });

  it.each(['/token', '/userinfo'] as const)(
    'gets a friendly page within ten seconds when %s hangs',
    async (hang) => {
      const jar = new CookieJar();
      const { value, seconds } = await timed(attempt({ hang, idToken: { email: undefined } }, jar));
      expectFriendlyPage(value);
      expect(seconds).toBeLessThan(10);
      await expectNobodySignedIn(jar);
      expect((await lastRejection(server))!.details).toMatchObject({ code: 'timeout' });
    },
  );

  it('gets a friendly page when it says that it is out of order', async () => {
    expectFriendlyPage(await attempt({ status: { path: '/token', status: 503, body: '{}' } }));
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'provider_error', status: '503' });
  });
});

describe('a discovery document', () => {
  it.each<[string, string, () => Misbehaviour]>([
    ['of another issuer', 'discovery_failed', () => ({ discovery: { issuer: 'https://evil.test' } })],
    [
      'with a token endpoint inside another network',
      'endpoint_not_allowed',
      () => ({ discovery: { token_endpoint: 'http://169.254.169.254/token' } }),
    ],
    [
      'with keys at a plain address elsewhere',
      'endpoint_not_allowed',
      () => ({ discovery: { jwks_uri: 'http://evil.test/jwks' } }),
    ],
    [
      'that sends browsers into a script',
      'endpoint_not_allowed',
      () => ({ discovery: { authorization_endpoint: 'javascript:alert(1)' } }),
    ],
    ['without keys', 'metadata_incomplete', () => ({ discovery: { jwks_uri: undefined } })],
    [
      'that is a redirect',
      'discovery_failed',
      () => ({ status: { path: '/.well-known/openid-configuration', status: 302, body: '{}' } }),
    ],
    ['that is too large', 'answer_too_large', () => ({ discovery: { filler: 'x'.repeat(2 * 1024 * 1024) } })],
  ])('%s is refused', async (_what, code, misbehaviour) => {
    late.lying.misbehaviour = misbehaviour();
    const answer = await leave(server, new CookieJar(), 'lying');
    expect(answer.status).toBe(503);
    expect((await lastRejection(server))!.details).toMatchObject({ provider: 'lying', code });
  });
});

describe('a token of the provider', () => {
  it('opens nothing here, and is handed to nobody', async () => {
    const jar = new CookieJar();
    await attempt({}, jar);
    const client = await registerClient(server);
    const { tokens } = await connect(server, { client, jar, scope: 'openid email profile mcp:tools:read' });
    const given = idp.issued.slice(-2);
    expect(given.map((token) => token.slice(0, 3))).toEqual(['at-', 'eyJ']);
    const account = await get(`${server.base}/account`, { cookies: jar });
    for (const token of given) {
      const headers = { authorization: `Bearer ${token}` };
      for (const response of [
        (await mcpCall(server, token, 'tools/list')).response,
        await get(`${server.base}/oauth2/userinfo`, { headers }),
        await get(`${server.base}/admin/v1/users`, { headers }),
      ]) {
        expect([response.url, response.status]).toEqual([response.url, 401]);
        expect(response.headers['www-authenticate']).toContain('error="invalid_token"');
      }
      const refreshed = await refresh(server, client, token);
      expect(refreshed.json()).toMatchObject({ error: 'invalid_grant' });
      for (const text of [account.text, ...Object.values(tokens).map(String), server.output()])
        expect(text).not.toContain(token);
      expect(Buffer.from(tokens.id_token!.split('.')[1]!, 'base64url').toString()).not.toContain(token);
    }
  });
});

describe('the log', () => {
  it('never has a token, a code, a secret or a state in it', async () => {
    const jar = new CookieJar();
    const away = await leaveFor(server, jar, 'hostile');
    const callback = idp.answer(away);
    await get(callback, { cookies: jar });
    await attempt({ signature: 'other key' });
    const output = server.output();
    expect(output).not.toMatch(/eyJ[\w-]{10,}/);
    expect(output).not.toContain('at-');
    for (const secret of [SECRET, callback.searchParams.get('code')!, away.searchParams.get('state')!]) {
      expect(output).not.toContain(secret);
    }
  });
});
