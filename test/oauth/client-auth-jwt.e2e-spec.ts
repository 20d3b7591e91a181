import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestClient } from '../support/actors.js';
import { DocumentSite } from '../support/document-site.js';
import { post, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { asserting, HeldKey, type Alg } from '../support/proofs.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, atOnce, events, INSIDE, refusalOf, ROOMY, webClient } from './harness.js';

type Json = Record<string, unknown>;

let server: TestServer;
let site: DocumentSite;
let client: TestClient;
const key = new HeldKey();
const stranger = new HeldKey();

beforeAll(async () => {
  site = await DocumentSite.start();
  server = await startServer({ config: { limits: ROOMY, policies: { outboundLoopback: true } } });
  client = await signing({ jwks: { keys: [key.published] } });
});
afterAll(() => site.stop());

const signing = (over: Json, at = server): Promise<TestClient> =>
  webClient(at, { token_endpoint_auth_method: 'private_key_jwt', ...over });

/** Tries the token endpoint with a token that is none: what says `invalid_grant` has got past the authentication. */
const tryWith = (assertion: string, more: Record<string, string> = {}, at = server): Promise<HttpResponse> =>
  post(`${at.base}/oauth2/token`, {
    form: { grant_type: 'refresh_token', refresh_token: 'x', ...asserting(assertion), ...more },
  });

const WELCOME = [400, 'invalid_grant'];
const UNKNOWN = [401, 'invalid_client'];

const good = (over: Json = {}, header: Json = {}): string =>
  key.assertion(server, client.clientId, over, header);

async function expectRefused(assertion: string, what: string): Promise<void> {
  const before = performance.now();
  const response = await tryWith(assertion);
  expect([what, ...refusalOf(response)]).toEqual([what, ...UNKNOWN]);
  expect(performance.now() - before).toBeLessThan(1_500);
  expect(response.headers['www-authenticate']).toBeUndefined();
  expect(response.text).not.toMatch(INSIDE);
}

describe('a client assertion', () => {
  it.each<Alg>(['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'])('signed by %s is taken', async (alg) => {
    const own = new HeldKey(alg);
    const { clientId } = await signing({ jwks: { keys: [own.published] } });
    expect(refusalOf(await tryWith(own.assertion(server, clientId)))).toEqual(WELCOME);
  });

  it('says by itself who the client is; a client_id beside it must say the same', async () => {
    expect(refusalOf(await tryWith(good()))).toEqual(WELCOME);
    expect(refusalOf(await tryWith(good(), { client_id: client.clientId }))).toEqual(WELCOME);
    expect(refusalOf(await tryWith(good(), { client_id: 'another' }))).toEqual(UNKNOWN);
  });

  it('may be typed as a JWT or as what it is, and as nothing else', async () => {
    for (const typ of [
      undefined,
      'JWT',
      'jwt',
      'client-authentication+jwt',
      'application/client-authentication+jwt',
    ])
      expect([typ, ...refusalOf(await tryWith(good({}, { typ })))]).toEqual([typ, ...WELCOME]);
    for (const typ of ['at+jwt', 'dpop+jwt', 'logout+jwt', 'oauth-id-jag+jwt', '', 7, ['JWT'], null])
      await expectRefused(good({}, { typ }), `typ ${JSON.stringify(typ)}`);
  });

  it('is refused when a claim is wrong, for the reason that the audit trail has', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const wrong: [string, Json][] = [
      ['assertion_wrong_issuer', { iss: 'another' }],
      ['assertion_wrong_issuer', { iss: undefined }],
      ['assertion_wrong_audience', { aud: undefined }],
      ['assertion_wrong_audience', { aud: `${server.url}/` }],
      ['assertion_wrong_audience', { aud: `${server.url}/oauth2/token` }],
      ['assertion_wrong_audience', { aud: `${server.url}/mcp` }],
      ['assertion_wrong_audience', { aud: [server.url, 'https://other.test'] }],
      ['assertion_wrong_audience', { aud: [] }],
      ['assertion_without_expiry', { exp: undefined }],
      ['assertion_expired', { exp: now - 1 }],
      ['assertion_expired', { exp: now - 31 }],
      ['assertion_expired', { exp: -1 }],
      ['assertion_lives_too_long', { exp: now + 3_600 }],
      ['assertion_lives_too_long', { exp: 1e308 }],
      ['assertion_of_the_future', { iat: now + 60 }],
      ['assertion_wrong_nbf', { nbf: now + 60 }],
      ['assertion_without_id', { jti: undefined }],
      ['assertion_without_id', { jti: 'x'.repeat(600) }],
    ];
    for (const [reason, over] of wrong) {
      const response = await tryWith(good(over));
      expect([over, ...refusalOf(response)]).toEqual([over, ...UNKNOWN]);
      const [event] = await events(server, {
        type: 'client.auth.failed',
        client_id: client.clientId,
        limit: '1',
      });
      expect([over, event?.outcome.reason_code]).toEqual([over, reason]);
    }
    for (const over of [
      { exp: String(now + 60) },
      { exp: null },
      { exp: [now + 60] },
      { nbf: 'soon' },
      { iat: 'now' },
    ])
      await expectRefused(good(over), JSON.stringify(over));
    for (const over of [{ aud: [server.url] }, { iat: undefined }, { iat: now + 20 }, { exp: now + 299 }])
      expect([over, ...refusalOf(await tryWith(good(over)))]).toEqual([over, ...WELCOME]);
  });

  it('of nobody, or of a client without keys, is refused', async () => {
    for (const sub of ['nobody', '', undefined, 7, ['x'], { x: 1 }, '__proto__', 'nul\0', 'x'.repeat(3_000)])
      await expectRefused(good({ sub, iss: sub }), `sub ${JSON.stringify(sub)?.slice(0, 30)}`);
    const open = await webClient(server);
    const secret = await webClient(server, { token_endpoint_auth_method: 'client_secret_basic' });
    for (const { clientId } of [open, secret])
      await expectRefused(key.assertion(server, clientId), 'of a client of another method');
  });

  it('comes with its type, and the type with it', async () => {
    const half = (form: Record<string, string>) =>
      post(`${server.base}/oauth2/token`, {
        form: { grant_type: 'refresh_token', refresh_token: 'x', ...form },
      });
    const { client_assertion, client_assertion_type } = asserting(good());
    expect(refusalOf(await half({ client_assertion: client_assertion! }))).toEqual([400, 'invalid_request']);
    expect(refusalOf(await half({ client_assertion_type: client_assertion_type! }))).toEqual([
      400,
      'invalid_request',
    ]);
    for (const type of [
      'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
      'jwt-bearer',
      client_assertion_type!.toUpperCase(),
    ])
      expect(
        refusalOf(await half({ client_assertion: client_assertion!, client_assertion_type: type })),
      ).toEqual(UNKNOWN);
    const twice = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: 'x',
      ...asserting(good()),
    });
    twice.append('client_assertion', good());
    expect(refusalOf(await post(`${server.base}/oauth2/token`, { form: twice }))).toEqual([
      400,
      'invalid_request',
    ]);
  });

  it('may name the token endpoint as its audience where the policy says so, and nothing else', async () => {
    const lenient = await startServer({
      config: { limits: ROOMY, policies: { clients: { assertion_audience_token_endpoint: true } } },
    });
    const { clientId } = await signing({ jwks: { keys: [key.published] } }, lenient);
    const to = async (aud: unknown) =>
      refusalOf(await tryWith(key.assertion(lenient, clientId, { aud }), {}, lenient));
    for (const aud of [
      lenient.url,
      `${lenient.url}/oauth2/token`,
      `${lenient.url}/token`,
      [`${lenient.url}/oauth2/token`],
    ])
      expect([aud, ...(await to(aud))]).toEqual([aud, ...WELCOME]);
    for (const aud of [
      `${lenient.url}/oauth2/revoke`,
      [lenient.url, `${lenient.url}/oauth2/token`],
      `${server.url}/oauth2/token`,
    ])
      expect([aud, ...(await to(aud))]).toEqual([aud, ...UNKNOWN]);
  });

  it('is signed by the algorithm that the client registered, when it registered one', async () => {
    const rsa = new HeldKey('RS256');
    const pss = new HeldKey('PS256', rsa);
    const keys = { jwks: { keys: [{ ...rsa.jwk, use: 'sig' }] }, token_endpoint_auth_signing_alg: 'PS256' };
    const { clientId } = await signing(keys);
    expect(refusalOf(await tryWith(pss.assertion(server, clientId, {}, { kid: undefined })))).toEqual(
      WELCOME,
    );
    expect(refusalOf(await tryWith(rsa.assertion(server, clientId, {}, { kid: undefined })))).toEqual(
      UNKNOWN,
    );
  });
});

describe('a forged assertion', () => {
  const unsigned = (header: unknown): string =>
    [header, JSON.parse(Buffer.from(good().split('.')[1]!, 'base64url').toString())]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');

  it('of another key is refused, whatever it says of its key', async () => {
    const jku = site.newUrl();
    site.show(jku, { body: { keys: [stranger.published] } });
    const before = site.requests.length;
    const der = stranger.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const headers: Record<string, Json> = {
      'the right kid': { kid: key.kid },
      'its own kid': {},
      'no kid': { kid: undefined },
      'a jwk': { kid: undefined, jwk: stranger.jwk },
      'a jwk under the right kid': { kid: key.kid, jwk: { ...stranger.jwk, kid: key.kid } },
      'a jku': { jku },
      'an x5u': { x5u: jku },
      'an x5c': { x5c: [der] },
      'a kid that is a URL': { kid: jku },
    };
    for (const [what, header] of Object.entries(headers))
      await expectRefused(stranger.assertion(server, client.clientId, {}, header), what);
    expect(site.requests).toHaveLength(before);
    // The same headers on the right signature are not looked at.
    expect(refusalOf(await tryWith(good({}, { jwk: stranger.jwk, jku, x5u: jku })))).toEqual(WELCOME);
    expect(site.requests).toHaveLength(before);
  });

  it('without a signature is refused however the algorithm is spelt', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined, [], {}, 0])
      for (const kept of ['', good().split('.')[2]!])
        await expectRefused(
          `${unsigned({ alg, kid: key.kid })}.${kept}`,
          `alg ${JSON.stringify(alg)} ${kept && 'kept'}`,
        );
    const [header, payload, signature] = good().split('.') as [string, string, string];
    for (const broken of [
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${good()}.x`,
      `.${payload}.${signature}`,
      'x',
      '...',
    ])
      await expectRefused(broken, broken.slice(0, 20));
  });

  it('signed with a public key or a secret as a shared secret is refused', async () => {
    const pem = key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const secret = await webClient(server, { token_endpoint_auth_method: 'client_secret_basic' });
    const secrets = [pem, pem.trimEnd(), JSON.stringify(key.published), key.jwk.x!, '', secret.clientSecret!];
    for (const shared of secrets)
      for (const [alg, hash] of [
        ['HS256', 'sha256'],
        ['HS384', 'sha384'],
        ['HS512', 'sha512'],
      ] as const) {
        const input = unsigned({ alg, kid: key.kid });
        await expectRefused(
          `${input}.${createHmac(hash, shared).update(input).digest('base64url')}`,
          `${alg} ${shared.slice(0, 9)}`,
        );
      }
  });

  it('with an algorithm that is not its key’s is refused', async () => {
    for (const alg of ['RS256', 'PS256', 'EdDSA', 'ES384', 'ES512', 'ES256K', 'HS256', 'RSA1_5', 'A128KW'])
      await expectRefused(good({}, { alg }), alg);
    for (const header of [{ crit: ['x'], x: 1 }, { crit: ['b64'], b64: false }, { crit: [] }])
      await expectRefused(good({}, header), JSON.stringify(header));
  });

  it('with any odd key id is refused quickly', async () => {
    for (const kid of [
      '../../../../dev/null',
      `' OR '1'='1`,
      '__proto__',
      'constructor',
      'x'.repeat(20_000),
      '',
      ['a'],
      { a: 1 },
      null,
      7,
      true,
    ])
      await expectRefused(good({}, { kid }), `kid ${JSON.stringify(kid).slice(0, 30)}`);
  });

  it('without a key id is tried with one key, and never with several', async () => {
    expect(refusalOf(await tryWith(good({}, { kid: undefined })))).toEqual(WELCOME);
    const two = await signing({ jwks: { keys: [key.published, stranger.published] } });
    const of = (kid: string | undefined) => tryWith(key.assertion(server, two.clientId, {}, { kid }));
    expect(refusalOf(await of(undefined))).toEqual(UNKNOWN);
    expect(refusalOf(await of(stranger.kid))).toEqual(UNKNOWN);
    expect(refusalOf(await of(key.kid))).toEqual(WELCOME);
  });

  it('of a key that another client has is refused', async () => {
    await signing({ jwks: { keys: [stranger.published] } });
    await expectRefused(stranger.assertion(server, client.clientId), 'the key of another client');
  });
});

describe('an assertion is good once', () => {
  it('at any endpoint, and then never again', async () => {
    const assertion = good();
    const revoke = () =>
      post(`${server.base}/oauth2/revoke`, { form: { token: 'x', ...asserting(assertion) } });
    expect((await revoke()).status).toBe(200);
    expect(refusalOf(await revoke())).toEqual(UNKNOWN);
    await expectRefused(assertion, 'again');
    const [event] = await events(server, {
      type: 'client.auth.failed',
      client_id: client.clientId,
      limit: '1',
    });
    expect(event?.outcome.reason_code).toBe('assertion_replayed');
  });

  it('and so is its id, but only the client’s own', async () => {
    const jti = randomUUID();
    expect(refusalOf(await tryWith(good({ jti })))).toEqual(WELCOME);
    await expectRefused(good({ jti, more: 1 }), 'the same id');
    const other = await signing({ jwks: { keys: [stranger.published] } });
    expect(refusalOf(await tryWith(stranger.assertion(server, other.clientId, { jti })))).toEqual(WELCOME);
  });

  it('of many at once one wins', async () => {
    const assertion = good();
    const answers = (await atOnce(20, () => tryWith(assertion))).map(({ status }) => status);
    expect(answers.sort()).toEqual([400, ...Array<number>(19).fill(401)]);
  });

  it('is not spent by what is refused for another reason', async () => {
    const own = new HeldKey();
    const { clientId } = await signing({ jwks: { keys: [own.published] } });
    const assertion = own.assertion(server, clientId);
    await asOperator(server, 'POST', `/clients/${clientId}/suspend`);
    expect(refusalOf(await tryWith(assertion))).toEqual(UNKNOWN);
    await asOperator(server, 'POST', `/clients/${clientId}/approve`);
    expect(refusalOf(await tryWith(assertion, { client_id: 'another' }))).toEqual(UNKNOWN);
    expect(refusalOf(await tryWith(assertion))).toEqual(WELCOME);
  });
});

describe('a key set by URL', () => {
  async function published(
    page: { headers?: Record<string, string> } = {},
  ): Promise<{ url: string; clientId: string; show: (...keys: HeldKey[]) => void }> {
    const url = site.newUrl();
    const show = (...keys: HeldKey[]) =>
      site.show(url, { ...page, body: { keys: keys.map((one) => one.published) } });
    show(key);
    const { clientId } = await signing({ jwks_uri: url });
    return { url, clientId, show };
  }

  it('is fetched once for many, and kept', async () => {
    const { url, clientId } = await published();
    const registered = site.countOf(url);
    const answers = await atOnce(10, () => tryWith(key.assertion(server, clientId)));
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(400));
    expect(refusalOf(await tryWith(key.assertion(server, clientId)))).toEqual(WELCOME);
    expect(site.countOf(url)).toBe(registered + 1);
  });

  it('is not fetched again and again for keys that are not in it', async () => {
    const { url, clientId } = await published();
    expect(refusalOf(await tryWith(key.assertion(server, clientId)))).toEqual(WELCOME);
    const fetched = site.countOf(url);
    for (let round = 0; round < 10; round++)
      expect(
        refusalOf(await tryWith(stranger.assertion(server, clientId, {}, { kid: `k${round}` }))),
      ).toEqual(UNKNOWN);
    expect(site.countOf(url)).toBe(fetched);
  });

  it('that cannot be had is no reason to forget the client: 503, and it works again when it is back', async () => {
    const { url, clientId, show } = await published();
    const pages = [
      { status: 500 },
      { status: 404 },
      { status: 302, headers: { location: `${site.origin}/elsewhere` } },
      { body: 'no JSON' },
      { body: '[]' },
      { body: { keys: 'x' } },
      { body: { keys: ['x'] } },
      { body: 'null' },
      { body: { keys: Array(200).fill(key.published) } },
      { body: JSON.stringify({ keys: [key.published], more: 'x'.repeat(100_000) }) },
    ];
    for (const page of pages) {
      site.show(url, page);
      const response = await tryWith(key.assertion(server, clientId));
      expect([page, ...refusalOf(response)]).toEqual([page, 503, 'temporarily_unavailable']);
      expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
      await new Promise((done) => setTimeout(done, 1_050));
    }
    show(key);
    expect(refusalOf(await tryWith(key.assertion(server, clientId)))).toEqual(WELCOME);
  });

  it('that cannot be had is asked for once a second at most', async () => {
    const { url, clientId } = await published();
    site.show(url, { status: 500 });
    const before = site.countOf(url);
    await atOnce(20, () => tryWith(key.assertion(server, clientId)));
    for (let round = 0; round < 5; round++) await tryWith(key.assertion(server, clientId));
    expect(site.countOf(url) - before).toBeLessThanOrEqual(2);
  });

  it('with symmetric or private keys lends itself to nothing', async () => {
    const k = Buffer.from('a shared secret of enough length').toString('base64url');
    const { url, clientId } = await published();
    site.show(url, {
      body: {
        keys: [
          { kty: 'oct', k, kid: 'k' },
          { ...key.privateKey.export({ format: 'jwk' }), kid: 'p' },
        ],
      },
    });
    const claims = good({ iss: clientId, sub: clientId }).split('.')[1]!;
    const input = `${Buffer.from(JSON.stringify({ alg: 'HS256', kid: 'k' })).toString('base64url')}.${claims}`;
    await expectRefused(
      `${input}.${createHmac('sha256', Buffer.from(k, 'base64url')).update(input).digest('base64url')}`,
      'oct',
    );
    await expectRefused(key.assertion(server, clientId, {}, { kid: 'p' }), 'private');
  });
});

describe('a weak key', () => {
  it('is refused where it comes from a URL, too', async () => {
    const weak = new HeldKey('RS256', generateKeyPairSync('rsa', { modulusLength: 1_024 }));
    const url = site.newUrl();
    site.show(url, { body: { keys: [weak.published] } });
    const { clientId } = await signing({ jwks_uri: url });
    await expectRefused(weak.assertion(server, clientId), '1024 bits');
  });
});

describe('failed assertions', () => {
  it('count for the client they claim to come from', async () => {
    const strict = await startServer({
      config: { limits: { token: { failed: { points: 3, seconds: 60, blockSeconds: 60 } } } },
    });
    const one = await signing({ jwks: { keys: [key.published] } }, strict);
    const two = await signing({ jwks: { keys: [key.published] } }, strict);
    for (let round = 0; round < 3; round++)
      expect(refusalOf(await tryWith(stranger.assertion(strict, one.clientId), {}, strict))).toEqual(UNKNOWN);
    expect((await tryWith(key.assertion(strict, one.clientId), {}, strict)).status).toBe(429);
    expect(refusalOf(await tryWith(key.assertion(strict, two.clientId), {}, strict))).toEqual(WELCOME);
  });
});

describeOnPostgres('with several replicas', () => {
  it('an assertion is good once over all of them', async () => {
    const replica = await startServer({
      database: server.databaseUrl!,
      env: { PUBLIC_URL: server.url },
      config: { limits: ROOMY, policies: { outboundLoopback: true } },
    });
    for (let round = 0; round < 5; round++) {
      const assertion = good();
      const answers = await Promise.all([
        atOnce(5, () => tryWith(assertion)),
        atOnce(5, () => tryWith(assertion, {}, replica)),
      ]);
      expect(
        answers
          .flat()
          .map(({ status }) => status)
          .sort(),
      ).toEqual([400, ...Array<number>(9).fill(401)]);
    }
  });

  it('gives a machine its token without a client_id', async () => {
    const { clientId } = await signing({ jwks: { keys: [key.published] } });
    await server.sql(
      `UPDATE clients SET grant_types = '{client_credentials}', scopes = '{mcp:tools:read}', trust_state = 'approved' WHERE id = $1`,
      [clientId],
    );
    await new Promise((done) => setTimeout(done, 1_100));
    const form = {
      grant_type: 'client_credentials',
      resource: `${server.url}/mcp`,
      ...asserting(key.assertion(server, clientId)),
    };
    const response = await post(`${server.base}/oauth2/token`, { form });
    expect(response.json()).toMatchObject({ token_type: 'Bearer', scope: 'mcp:tools:read' });
    expect(response.json()).not.toHaveProperty('refresh_token');
  });
});
