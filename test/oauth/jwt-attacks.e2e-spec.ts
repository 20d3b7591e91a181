import { randomUUID, type JsonWebKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminToken, type Connection } from '../support/actors.js';
import { Canary } from '../support/canary.js';
import {
  bringsItsKey,
  brokenUp,
  changed,
  headerOf,
  oddKids,
  ofAnotherKind,
  publicKeyAsSecret,
  unsigned,
} from '../support/forgeries.js';
import { get, post, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { HeldKey } from '../support/proofs.js';
import { sleep } from '../support/server-process.js';
import { stolenKey, type Signer } from '../support/stolen-key.js';
import { startServer, type TestServer } from '../support/server.js';
import { claimsOf, connectIn, freshCode, INSIDE, ROOMY, signedIn, webClient } from './harness.js';

type Json = Record<string, unknown>;

let server: TestServer;
let person: Connection;
/** The token that each of them takes. */
let tokens: Record<ResourceName, string>;
let jwk: JsonWebKey & { kid: string };

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  person = await connectIn(server, await signedIn(server), { scope: 'openid mcp:tools:read' });
  const known = await connectIn(server, person.jar, { scope: 'openid', resource: null });
  tokens = {
    mcp: person.tokens.access_token,
    admin: await adminToken(server),
    userinfo: known.tokens.access_token,
  };
  jwk = (await get(`${server.base}/oauth2/jwks`)).json<{ keys: (JsonWebKey & { kid: string })[] }>().keys[0]!;
});

const RESOURCES = ['mcp', 'admin', 'userinfo'] as const;
type ResourceName = (typeof RESOURCES)[number];
const audienceOf = (at: ResourceName): string =>
  `${server.url}/${at === 'userinfo' ? 'oauth2/userinfo' : at}`;

const atResource: Record<ResourceName, (token: string) => Promise<HttpResponse>> = {
  mcp: (token) =>
    post(`${server.base}/mcp`, {
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-11-25',
      },
      json: { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} },
    }),
  admin: (token) => get(`${server.base}/admin/v1/grants`, { headers: { authorization: `Bearer ${token}` } }),
  userinfo: (token) =>
    get(`${server.base}/oauth2/userinfo`, { headers: { authorization: `Bearer ${token}` } }),
};

/** 401 invalid_token with a challenge that says where to go, quickly and without the inside of the server. */
async function expectRefused(token: string, what: string, at: ResourceName): Promise<void> {
  const before = performance.now();
  const response = await atResource[at](token);
  expect([what, at, response.status]).toEqual([what, at, 401]);
  expect(performance.now() - before).toBeLessThan(1_500);
  const challenge = response.headers['www-authenticate']!;
  expect(challenge).toMatch(/^Bearer /);
  expect(challenge).toContain('error="invalid_token"');
  if (at !== 'userinfo')
    expect(challenge).toContain(
      `resource_metadata="${server.url}/.well-known/oauth-protected-resource/${at}"`,
    );
  expect(response.text).not.toMatch(INSIDE);
}

/** Every one of them is refused by all resources, each made from the token that this resource takes. */
async function expectAllRefused(forge: (good: string) => Record<string, string>): Promise<void> {
  for (const at of RESOURCES)
    for (const [what, token] of Object.entries(forge(tokens[at]))) await expectRefused(token, what, at);
}

describe('the right token', () => {
  it('is taken where it is for', async () => {
    for (const at of RESOURCES) expect([at, (await atResource[at](tokens[at])).status]).toEqual([at, 200]);
    expect(headerOf(tokens.mcp)).toMatchObject({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid });
  });

  it('is not taken anywhere else', async () => {
    for (const at of RESOURCES)
      for (const other of RESOURCES)
        if (other !== at) await expectRefused(tokens[other], `${other} token`, at);
  });
});

describe('a token without a signature', () => {
  it('is refused however the algorithm is spelt', () => expectAllRefused(unsigned));

  it('is refused when it was only cut off or emptied', () => expectAllRefused(brokenUp));
});

describe('a token that was changed', () => {
  it('is refused, whatever was changed', () =>
    expectAllRefused((good) =>
      changed(good, {
        'another subject': { sub: randomUUID() },
        'more scope': { scope: 'admin:users admin:audit mcp:tools:execute openid' },
        'a later end': { exp: Number(claimsOf(good)['exp']) + 1 },
        'another position': { rev: 1e9 },
        'another grant': { gid: randomUUID() },
        'all audiences': { aud: RESOURCES.map(audienceOf) },
      }),
    ));
});

describe('a token signed with a public key as a shared secret', () => {
  it('is refused, in whatever form the key is', () => {
    const more = { kid: jwk.kid, 'the client secret': server.env['BOOTSTRAP_CLIENT_SECRET']! };
    return expectAllRefused((good) => publicKeyAsSecret(good, jwk, more));
  });
});

describe('a token that brings its own key', () => {
  let canary: Canary;
  const own = new HeldKey();

  beforeAll(async () => {
    canary = await Canary.start({ keys: [{ ...own.published, kid: 'mine', alg: 'ES256' }] });
  });
  afterAll(() => canary.stop());

  it('is refused, and nothing is fetched', async () => {
    await expectAllRefused((good) => bringsItsKey(good, canary.url));
    await sleep(300);
    expect(canary.hits).toEqual([]);
  });

  it('of another kind is refused', () => expectAllRefused(ofAnotherKind));

  it('names it in any odd way and is refused', async () => {
    await expectAllRefused(oddKids);
    const large = own.sign({ ...headerOf(tokens.mcp), kid: 'x'.repeat(12_000) }, {});
    expect([401, 431]).toContain((await atResource.mcp(large)).status);
  });

  it('does not make the server ask its database again and again', async () => {
    const before = performance.now();
    for (let sent = 0; sent < 100; sent += 10)
      await Promise.all(
        Array.from({ length: 10 }, (_, index) => {
          const token = own.sign({ alg: 'ES256', typ: 'at+jwt', kid: `k${sent + index}` }, {});
          return expectRefused(token, 'unknown kid', 'mcp');
        }),
      );
    expect(performance.now() - before).toBeLessThan(15_000);
  });
});

describe('something else of ours', () => {
  it('is no access token', async () => {
    const client = await webClient(server);
    const { code } = await freshCode(server, client, { jar: person.jar });
    const others: Record<string, string> = {
      'id token': person.tokens.id_token!,
      'refresh token': person.tokens.refresh_token!,
      code,
      'session cookie': person.jar.get('gatehouse_session')!,
      'client id': client.clientId,
      garbage: 'garbage',
      'three dots': '...',
      'JSON in base64': Buffer.from('{"active":true}').toString('base64url'),
    };
    for (const at of RESOURCES)
      for (const [what, token] of Object.entries(others)) await expectRefused(token, what, at);
  });

  it('is not looked for in the query, the body or a cookie', async () => {
    const credentialsMissing = async (response: HttpResponse) => {
      expect(response.status).toBe(401);
      expect(response.headers['www-authenticate']).not.toContain('error=');
    };
    await credentialsMissing(await get(`${server.base}/admin/v1/grants?access_token=${tokens.admin}`));
    await credentialsMissing(
      await get(`${server.base}/admin/v1/grants`, { headers: { cookie: `access_token=${tokens.admin}` } }),
    );
    await credentialsMissing(
      await post(`${server.base}/mcp?access_token=${tokens.mcp}`, {
        json: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      }),
    );
    await credentialsMissing(await post(`${server.base}/mcp`, { form: { access_token: tokens.mcp } }));
  });
});

describeOnPostgres('a token that our own key signed', () => {
  let signed: Signer;
  beforeAll(async () => {
    signed = await stolenKey(server);
  });

  /** The claims of the token that this resource takes, made new, so that no cache knows it. */
  const claimsAt = (at: ResourceName, over: Json = {}): Json => ({
    ...claimsOf(tokens[at]),
    jti: randomUUID(),
    ...over,
  });

  it('is taken when everything in it is right', async () => {
    for (const at of RESOURCES) expect((await atResource[at](await signed(claimsAt(at)))).status).toBe(200);
  });

  it('for any other audience is refused', async () => {
    for (const at of RESOURCES) {
      const own = audienceOf(at);
      const other = audienceOf(at === 'mcp' ? 'admin' : 'mcp');
      for (const aud of [
        other,
        [own, other],
        [own],
        [],
        undefined,
        null,
        '',
        `${own}/`,
        `${own}2`,
        `${own}/x`,
        own.slice(0, -1),
        own.toUpperCase(),
        server.url,
        `${server.url}/`,
        own.replace(server.url, 'https://evil.test'),
        `${own}#x`,
        `${own}?x`,
        ` ${own}`,
        { 0: own },
        7,
        person.client.clientId,
      ])
        await expectRefused(await signed(claimsAt(at, { aud })), `aud ${JSON.stringify(aud)}`, at);
    }
  });

  it('of another type is refused', async () => {
    for (const at of RESOURCES) {
      for (const typ of [
        'JWT',
        'jwt',
        '',
        undefined,
        'at',
        'logout+jwt',
        'dpop+jwt',
        'secevent+jwt',
        ['at+jwt'],
        'at+jwt ',
        'x/at+jwt',
      ])
        await expectRefused(await signed(claimsAt(at), { typ }), `typ ${JSON.stringify(typ)}`, at);
      // RFC 9068 §4: both spellings are this type.
      for (const typ of ['at+jwt', 'application/at+jwt', 'AT+JWT'])
        expect([typ, (await atResource[at](await signed(claimsAt(at), { typ }))).status]).toEqual([typ, 200]);
    }
  });

  it('of another issuer, or without what a token of ours has, is refused', async () => {
    for (const at of RESOURCES) {
      for (const iss of [
        'https://evil.test',
        `${server.url}/`,
        server.url.toUpperCase(),
        undefined,
        [server.url],
      ])
        await expectRefused(await signed(claimsAt(at, { iss })), `iss ${JSON.stringify(iss)}`, at);
      for (const name of ['sub', 'jti', 'client_id', 'rev', 'iat', 'exp', 'aud'])
        await expectRefused(await signed(claimsAt(at, { [name]: undefined })), `no ${name}`, at);
      for (const over of [{ sub: 7 }, { sub: ['x'] }, { jti: {} }, { rev: '0' }, { rev: null }])
        await expectRefused(await signed(claimsAt(at, over)), JSON.stringify(over), at);
    }
  });

  it('outside its time is refused', async () => {
    const now = Math.floor(Date.now() / 1_000);
    for (const at of RESOURCES) {
      for (const over of [
        { exp: now - 1 },
        { exp: now - 90 },
        { exp: 0 },
        { exp: -1 },
        { exp: String(now + 600) },
        { exp: null },
        { exp: [now + 600] },
        { exp: true },
        { exp: now - 0.5 },
        { nbf: now + 120 },
        { nbf: 'soon' },
        { iat: 'now' },
      ])
        await expectRefused(await signed(claimsAt(at, over)), JSON.stringify(over), at);
    }
    const brief = await signed(claimsAt('mcp', { exp: now + 2 }));
    expect((await atResource.mcp(brief)).status).toBe(200);
    await sleep(3_000);
    await expectRefused(brief, 'expired since', 'mcp');
  });

  it('with scopes that make no sense may do nothing', async () => {
    for (const scope of [
      undefined,
      '',
      7,
      ['admin:grants'],
      { a: 1 },
      'ADMIN:GRANTS',
      'admin:grants\u00a0',
      'admin:grant',
    ]) {
      const response = await atResource.admin(await signed(claimsAt('admin', { scope })));
      expect([scope, response.status]).toEqual([scope, 403]);
      expect(response.headers['www-authenticate']).toContain('error="insufficient_scope"');
    }
  });
});
