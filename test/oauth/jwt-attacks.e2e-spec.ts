import {
  createDecipheriv,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  randomUUID,
  sign,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import { adminToken, type Connection } from '../support/actors.js';
import { get, post, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { claimsOf, connectIn, freshCode, INSIDE, ROOMY, signedIn, webClient } from './harness.js';

type Json = Record<string, unknown>;

let server: TestServer;
let person: Connection;
/** A token that the MCP server takes, and one that the admin API takes. */
let tokens: { mcp: string; admin: string };
let jwk: JsonWebKey & { kid: string };

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  person = await connectIn(server, await signedIn(server), { scope: 'openid mcp:tools:read' });
  tokens = { mcp: person.tokens.access_token, admin: await adminToken(server) };
  jwk = (await get(`${server.base}/oauth2/jwks`)).json<{ keys: (JsonWebKey & { kid: string })[] }>().keys[0]!;
});

const RESOURCES = ['mcp', 'admin'] as const;
type ResourceName = (typeof RESOURCES)[number];

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
};

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const headerOf = (token: string): Json =>
  JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString());
const signatureOf = (token: string): string => token.split('.')[2]!;

/** 401 invalid_token with a challenge that says where to go, quickly and without the inside of the server. */
async function expectRefused(token: string, what: string, at: ResourceName): Promise<void> {
  const before = performance.now();
  const response = await atResource[at](token);
  expect([what, at, response.status]).toEqual([what, at, 401]);
  expect(performance.now() - before).toBeLessThan(1_500);
  const challenge = response.headers['www-authenticate']!;
  expect(challenge).toMatch(/^Bearer /);
  expect(challenge).toContain('error="invalid_token"');
  expect(challenge).toContain(`resource_metadata="${server.url}/.well-known/oauth-protected-resource/${at}"`);
  expect(response.text).not.toMatch(INSIDE);
}

/** Every one of them is refused by both resources, each made from the token that this resource takes. */
async function expectAllRefused(forge: (good: string) => Record<string, string>): Promise<void> {
  for (const at of RESOURCES)
    for (const [what, token] of Object.entries(forge(tokens[at]))) await expectRefused(token, what, at);
}

function es256(header: Json, claims: Json, key: KeyObject): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

describe('the right token', () => {
  it('is taken where it is for', async () => {
    for (const at of RESOURCES) expect([at, (await atResource[at](tokens[at])).status]).toEqual([at, 200]);
    expect(headerOf(tokens.mcp)).toMatchObject({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid });
  });

  it('is not taken anywhere else', async () => {
    await expectRefused(tokens.admin, 'admin token', 'mcp');
    await expectRefused(tokens.mcp, 'mcp token', 'admin');
  });
});

describe('a token without a signature', () => {
  it('is refused however the algorithm is spelt', async () => {
    await expectAllRefused((good) => {
      const claims = good.split('.')[1]!;
      const found: Record<string, string> = {};
      for (const alg of [
        'none',
        'None',
        'NONE',
        'nOnE',
        'none ',
        '',
        null,
        undefined,
        [],
        ['none'],
        {},
        0,
        true,
      ]) {
        for (const signature of ['', signatureOf(good)])
          found[`alg ${JSON.stringify(alg)} ${signature && 'kept'}`] =
            `${encode({ ...headerOf(good), alg })}.${claims}.${signature}`;
      }
      return found;
    });
  });

  it('is refused when it was only cut off or emptied', async () => {
    await expectAllRefused((good) => {
      const [header, claims, signature] = good.split('.') as [string, string, string];
      return {
        'no third part': `${header}.${claims}`,
        'an empty third part': `${header}.${claims}.`,
        'four parts': `${good}.x`,
        'an extra dot': `${header}.${claims}..${signature}`,
        'one part': header,
        'a signature of zeros': `${header}.${claims}.${Buffer.alloc(64).toString('base64url')}`,
        'a short signature': `${header}.${claims}.${signature.slice(0, 20)}`,
        'an empty header': `.${claims}.${signature}`,
        'an empty payload': `${header}..${signature}`,
      };
    });
  });
});

describe('a token that was changed', () => {
  it('is refused, whatever was changed', async () => {
    await expectAllRefused((good) => {
      const [header, , signature] = good.split('.') as [string, string, string];
      const claims = claimsOf(good);
      const changes: Record<string, Json> = {
        'another subject': { sub: randomUUID() },
        'more scope': { scope: 'admin:users admin:audit mcp:tools:execute' },
        'a later end': { exp: Number(claims['exp']) + 1 },
        'another position': { rev: 1e9 },
        'another grant': { gid: randomUUID() },
        'all audiences': { aud: [`${server.url}/mcp`, `${server.url}/admin`] },
      };
      return Object.fromEntries(
        Object.entries(changes).map(([what, over]) => [
          what,
          `${header}.${encode({ ...claims, ...over })}.${signature}`,
        ]),
      );
    });
  });
});

describe('a token signed with a public key as a shared secret', () => {
  it('is refused, in whatever form the key is', async () => {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const pem = key.export({ type: 'spki', format: 'pem' }).toString();
    const der = key.export({ type: 'spki', format: 'der' });
    const secrets: Record<string, string | Buffer> = {
      pem,
      'pem without the last line end': pem.trimEnd(),
      'pem with a line before': `\n${pem}`,
      'pem with CRLF': pem.replaceAll('\n', '\r\n'),
      der,
      'der in base64': der.toString('base64'),
      'the JWK': JSON.stringify(jwk),
      'the JWK without kid': JSON.stringify({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }),
      x: jwk.x!,
      'x as bytes': Buffer.from(jwk.x!, 'base64url'),
      'the point': Buffer.concat([
        Buffer.from([4]),
        Buffer.from(jwk.x!, 'base64url'),
        Buffer.from(jwk.y!, 'base64url'),
      ]),
      kid: jwk.kid,
      nothing: '',
      'the client secret': server.env['BOOTSTRAP_CLIENT_SECRET']!,
    };
    await expectAllRefused((good) => {
      const found: Record<string, string> = {};
      for (const [name, secret] of Object.entries(secrets)) {
        for (const bits of ['256', '384', '512']) {
          const input = `${encode({ ...headerOf(good), alg: `HS${bits}` })}.${good.split('.')[1]!}`;
          found[`HS${bits} with ${name}`] =
            `${input}.${createHmac(`sha${bits}`, secret).update(input).digest('base64url')}`;
        }
      }
      return found;
    });
  });
});

describe('a token that brings its own key', () => {
  let canary: Server;
  const hits: string[] = [];
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

  beforeAll(async () => {
    canary = createServer((req, res) => {
      hits.push(req.url ?? '');
      res.setHeader('content-type', 'application/json');
      res.end(
        JSON.stringify({
          keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'mine', alg: 'ES256', use: 'sig' }],
        }),
      );
    });
    await new Promise<void>((done) => canary.listen(0, '127.0.0.1', done));
  });
  afterAll(() => void canary.close());

  it('is refused, and nothing is fetched', async () => {
    const there = `http://127.0.0.1:${(canary.address() as AddressInfo).port}`;
    const publicJwk = await exportJWK(own.publicKey);
    await expectAllRefused((good) => {
      const header = headerOf(good);
      const forge = (over: Json) => es256({ ...header, ...over }, claimsOf(good), own.privateKey);
      return {
        'the right kid': forge({}),
        'a jwk': forge({ jwk: publicJwk }),
        'a jwk and no kid': forge({ jwk: publicJwk, kid: undefined }),
        'a jwk under its kid': forge({ jwk: { ...publicJwk, kid: 'mine' }, kid: 'mine' }),
        'a jku': forge({ jku: `${there}/jwks`, kid: 'mine' }),
        'an x5u': forge({ x5u: `${there}/cert.pem` }),
        'an x5c': forge({ x5c: [own.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] }),
        'a kid that is a URL': forge({ kid: `${there}/jwks` }),
        'a kid that is a file': forge({ kid: 'file:///dev/null' }),
        'critical extensions': forge({ crit: ['b64'], b64: false }),
      };
    });
    await sleep(300);
    expect(hits).toEqual([]);
  });

  it('of another kind is refused', async () => {
    await expectAllRefused((good) => {
      const found: Record<string, string> = {};
      for (const [alg, hash] of [
        ['RS256', 'sha256'],
        ['RS512', 'sha512'],
      ] as const) {
        const input = `${encode({ ...headerOf(good), alg })}.${good.split('.')[1]!}`;
        found[alg] = `${input}.${sign(hash, Buffer.from(input), rsa.privateKey).toString('base64url')}`;
      }
      const input = `${encode({ ...headerOf(good), alg: 'EdDSA' })}.${good.split('.')[1]!}`;
      const ed = generateKeyPairSync('ed25519');
      found['EdDSA'] = `${input}.${sign(null, Buffer.from(input), ed.privateKey).toString('base64url')}`;
      return found;
    });
  });

  it('names it in any odd way and is refused', async () => {
    await expectAllRefused((good) => {
      const found: Record<string, string> = {};
      for (const kid of [
        '../../../../dev/null',
        `' OR '1'='1`,
        "x'; DROP TABLE signing_keys; --",
        '__proto__',
        'constructor',
        'toString',
        '',
        'x'.repeat(5_000),
        'nul\0',
        'é\ud800',
        ['a'],
        { a: 1 },
        null,
        7,
        true,
        undefined,
      ])
        found[`kid ${JSON.stringify(kid)?.slice(0, 30)}`] = es256(
          { ...headerOf(good), kid },
          claimsOf(good),
          own.privateKey,
        );
      return found;
    });
    const large = es256({ ...headerOf(tokens.mcp), kid: 'x'.repeat(12_000) }, {}, own.privateKey);
    expect([401, 431]).toContain((await atResource.mcp(large)).status);
  });

  it('does not make the server ask its database again and again', async () => {
    const before = performance.now();
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        expectRefused(
          es256({ alg: 'ES256', typ: 'at+jwt', kid: `k${index}` }, {}, own.privateKey),
          'unknown kid',
          'mcp',
        ),
      ),
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
      'JSON in base64': encode({ active: true }),
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
  let key: CryptoKey;

  /** Opens the signing key as the server does, with the key-encryption key that the test gave it. */
  beforeAll(async () => {
    const [row] = await server.sql<{ kid: string; sealed_private: Buffer }>(
      `SELECT kid, sealed_private FROM signing_keys WHERE state = 'active'`,
    );
    const { kid, sealed_private: sealed } = row!;
    const master = Buffer.from(server.env['ENCRYPTION_KEYS']!.slice(2), 'base64');
    const sealKey = Buffer.from(hkdfSync('sha256', master, '', 'gatehouse seal', 32));
    const decipher = createDecipheriv('aes-256-gcm', sealKey, sealed.subarray(4, 16));
    decipher.setAAD(Buffer.from(`signing-key:${kid}`)).setAuthTag(sealed.subarray(16, 32));
    const plain = Buffer.concat([decipher.update(sealed.subarray(32)), decipher.final()]).toString('utf8');
    key = (await importJWK(JSON.parse(plain) as JWK, 'ES256')) as CryptoKey;
  });

  const signed = (claims: Json, header: Json = {}): Promise<string> =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid, ...header })
      .sign(key);

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
      const own = `${server.url}/${at}`;
      const other = `${server.url}/${at === 'mcp' ? 'admin' : 'mcp'}`;
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
        `https://evil.test/${at}`,
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
