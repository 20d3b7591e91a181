import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  authorize,
  connect,
  exchange,
  refresh,
  registerClient,
  tokenRequest,
  tokensOf,
  type TestClient,
} from '../support/actors.js';
import { post, request, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { HeldKey, nonceOf, tokenRequestWith, type Alg, type ProofOptions } from '../support/proofs.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  asOperator,
  atOnce,
  claimsOf,
  events,
  freshCode,
  INSIDE,
  refusalOf,
  ROOMY,
  signedIn,
  webClient,
} from './harness.js';

type Json = Record<string, unknown>;

let server: TestServer;
let worker: TestClient;
const key = new HeldKey();
const other = new HeldKey();

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  worker = await machine(server);
});

async function machine(at: TestServer): Promise<TestClient> {
  const made = await asOperator(at, 'POST', '/clients', {
    json: {
      name: 'Worker',
      grant_types: ['client_credentials'],
      auth_method: 'client_secret_basic',
      scopes: ['mcp:tools:read'],
    },
  });
  if (made.status !== 201) throw new Error(made.text);
  const { id, client_id, client_secret } = made.json<Record<string, string>>();
  return {
    clientId: (client_id ?? id)!,
    clientSecret: client_secret!,
    authMethod: 'client_secret_basic',
    redirectUri: '',
    registration: {},
  };
}

const OWN = { grant_type: 'client_credentials' };
const tokenUrl = (at = server): string => `${at.url}/oauth2/token`;

/** The machine asks for a token of its own with this value of the DPoP header. */
const askWith = (dpop: string | undefined, at = server, client = worker): Promise<HttpResponse> =>
  tokenRequest(at, client, OWN, dpop === undefined ? {} : { dpop });

/** A proof that is good but for what is changed in it. */
async function proofWith(changes: Partial<ProofOptions> = {}, by = key): Promise<string> {
  return by.proof({ url: tokenUrl(), nonce: await nonceOf(server), ...changes });
}

/** `reason` is what the audit trail has. */
async function expectRefused(dpop: string, what: string, reason?: string): Promise<void> {
  const before = performance.now();
  const response = await askWith(dpop);
  expect([what, ...refusalOf(response)]).toEqual([what, 400, 'invalid_dpop_proof']);
  expect(performance.now() - before).toBeLessThan(1_500);
  expect(response.headers['cache-control']).toBe('no-store');
  expect(response.text).not.toMatch(INSIDE);
  if (reason === undefined) return;
  const { decision_id } = response.json<{ decision_id: string }>();
  const event = (await asOperator(server, 'GET', `/audit/events/${decision_id}`)).json();
  expect([what, event.outcome.reason_code]).toEqual([what, reason]);
}

async function expectAllRefused(proofs: Record<string, string>): Promise<void> {
  for (const [what, dpop] of Object.entries(proofs)) await expectRefused(dpop, what);
}

describe('a proof at the token endpoint', () => {
  it.each<Alg>(['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'])(
    'binds the token to its key, signed by %s',
    async (alg) => {
      const holder = alg === 'ES256' ? key : new HeldKey(alg);
      const tokens = tokensOf(await askWith(await proofWith({}, holder)));
      expect(tokens).toMatchObject({ token_type: 'DPoP', scope: 'mcp:tools:read' });
      expect(claimsOf(tokens.access_token)['cnf']).toEqual({ jkt: holder.jkt });
    },
  );

  it('is not needed: without one the token is a bearer’s', async () => {
    const tokens = tokensOf(await askWith(undefined));
    expect(tokens.token_type).toBe('Bearer');
    expect(claimsOf(tokens.access_token)).not.toHaveProperty('cnf');
  });

  it('may name the endpoint in any spelling of the same URL, and by its alias where that was called', async () => {
    const { port } = server;
    for (const url of [
      `${tokenUrl()}?x=1`,
      `${tokenUrl()}#x`,
      `HTTP://LOCALHOST:${port}/oauth2/token`,
      `http://localhost:${port}/x/../oauth2/./token`,
      `http://localhost:${port}/oauth2/%74oken`,
    ])
      expect([url, (await askWith(await proofWith({ url }))).status]).toEqual([url, 200]);
    const alias = `${server.url}/token`;
    const basic = `${encodeURIComponent(worker.clientId)}:${encodeURIComponent(worker.clientSecret!)}`;
    const authorization = `Basic ${Buffer.from(basic).toString('base64')}`;
    const atAlias = async (url: string) =>
      post(alias, { headers: { authorization, dpop: await proofWith({ url }) }, form: OWN });
    expect((await atAlias(alias)).status).toBe(200);
    expect(refusalOf(await atAlias(tokenUrl()))).toEqual([400, 'invalid_dpop_proof']);
  });

  it('is refused when anything in it is wrong', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const claims: Record<string, [string, Json]> = {
      'no jti': ['proof_wrong_jti', { jti: undefined }],
      'an empty jti': ['proof_wrong_jti', { jti: '' }],
      'a long jti': ['proof_wrong_jti', { jti: 'x'.repeat(257) }],
      'a jti that is a number': ['proof_wrong_jti', { jti: 7 }],
      'no htm': ['proof_wrong_htm', { htm: undefined }],
      'another method': ['proof_of_another_method', { htm: 'GET' }],
      'a method in lower case': ['proof_of_another_method', { htm: 'post' }],
      'two methods': ['proof_wrong_htm', { htm: ['POST'] }],
      'no htu': ['proof_wrong_htu', { htu: undefined }],
      'another endpoint': ['proof_of_another_url', { htu: `${server.url}/oauth2/revoke` }],
      'the alias': ['proof_of_another_url', { htu: `${server.url}/token` }],
      'a longer path': ['proof_of_another_url', { htu: `${tokenUrl()}/` }],
      'another host': ['proof_of_another_url', { htu: 'https://evil.test/oauth2/token' }],
      'another port': ['proof_of_another_url', { htu: `http://localhost:${server.port + 1}/oauth2/token` }],
      'a user in the URL': ['proof_of_another_url', { htu: tokenUrl().replace('//', '//a@') }],
      'only a path': ['proof_of_another_url', { htu: '/oauth2/token' }],
      'two URLs': ['proof_wrong_htu', { htu: [tokenUrl()] }],
      'no iat': ['proof_wrong_iat', { iat: undefined }],
      'an iat that is text': ['proof_wrong_iat', { iat: String(now) }],
      'an iat of long ago': ['proof_too_old', { iat: now - 61 }],
      'an iat to come': ['proof_of_the_future', { iat: now + 40 }],
      'an iat beyond all': ['proof_of_the_future', { iat: 1e308 }],
      'an iat before all': ['proof_too_old', { iat: -1 }],
      'an iat of null': ['proof_wrong_iat', { iat: null }],
      'an exp that is over': ['proof_expired', { exp: now - 1 }],
      'an nbf to come': ['proof_wrong_nbf', { nbf: now + 60 }],
      'a nonce that is no text': ['proof_wrong_nonce', { nonce: [await nonceOf(server)] }],
      'an ath that is no text': ['proof_wrong_ath', { ath: 7 }],
    };
    for (const [what, [reason, over]] of Object.entries(claims))
      await expectRefused(await proofWith({ over }), what, reason);
    const headers: Record<string, [string, Json]> = {
      'no type': ['proof_wrong_typ', { typ: undefined }],
      'another type': ['proof_wrong_typ', { typ: 'JWT' }],
      'the type of an access token': ['proof_wrong_typ', { typ: 'at+jwt' }],
      'no key': ['proof_without_key', { jwk: undefined }],
      'another key': ['proof_jws_signature_verification_failed', { jwk: other.jwk }],
      'a key that is text': ['proof_without_key', { jwk: JSON.stringify(key.jwk) }],
      'a list of keys': ['proof_without_key', { jwk: [key.jwk] }],
      'a key of null': ['proof_without_key', { jwk: null }],
      'a private key': ['proof_with_private_key', { jwk: key.privateKey.export({ format: 'jwk' }) }],
      'a key with an empty private member': ['proof_with_private_key', { jwk: { ...key.jwk, d: '' } }],
      'a key without x': ['proof_key_malformed', { jwk: { ...key.jwk, x: undefined } }],
      'a key on no curve': ['proof_malformed', { jwk: { ...key.jwk, y: key.jwk.x } }],
      'a key on another curve': ['proof_malformed', { jwk: { ...key.jwk, crv: 'P-384' } }],
      'a key whose y is a list': ['proof_key_malformed', { jwk: { ...key.jwk, y: [key.jwk.y] } }],
      'a critical extension': ['proof_jose_not_supported', { crit: ['x'], x: 1 }],
      'an unencoded payload': ['proof_jwt_invalid', { crit: ['b64'], b64: false }],
    };
    for (const [what, [reason, header]] of Object.entries(headers))
      await expectRefused(await proofWith({ header }), what, reason);
    expect((await askWith(await proofWith())).status).toBe(200);
  });

  it('is refused when it is no proof at all', async () => {
    const good = await proofWith();
    const [header, payload, signature] = good.split('.') as [string, string, string];
    await expectAllRefused({
      text: 'x',
      dots: '...',
      'two parts': `${header}.${payload}`,
      'four parts': `${good}.x`,
      'an empty signature': `${header}.${payload}.`,
      'a signature of zeros': `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`,
      'a changed signature': `${header}.${payload}.${signature.slice(0, -2)}AA`,
      'two in one': `${good}, ${good}`,
      'a long one': await proofWith({ over: { x: 'x'.repeat(6_500) } }),
      'an access token': tokensOf(await askWith(undefined)).access_token,
      'a client assertion': key.assertion(server, worker.clientId),
    });
  });

  it('comes once: two headers are refused, even equal ones', async () => {
    const dpop = await proofWith();
    for (const both of [
      [dpop, dpop],
      [dpop, await proofWith()],
    ]) {
      const response = await request('POST', tokenUrl(), { headers: { dpop: both }, form: OWN });
      expect(refusalOf(response)).toEqual([400, 'invalid_dpop_proof']);
    }
  });
});

describe('a forged proof', () => {
  const raw = (header: unknown, claims: unknown, signature: string): string =>
    [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') +
    `.${signature}`;
  const claimsNow = async (): Promise<Json> => claimsOf(await proofWith());

  it('without a signature is refused however the algorithm is spelt', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined, [], ['ES256'], {}, 0])
      for (const kept of ['', 'kept']) {
        const signature = kept && (await proofWith()).split('.')[2]!;
        const header = { typ: 'dpop+jwt', alg, jwk: key.jwk };
        await expectRefused(raw(header, await claimsNow(), signature), `alg ${JSON.stringify(alg)} ${kept}`);
      }
  });

  it('signed with a public key as a shared secret is refused', async () => {
    const pem = key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const secrets = { pem, 'the JWK': JSON.stringify(key.jwk), nothing: '', x: key.jwk.x! };
    for (const [what, secret] of Object.entries(secrets))
      for (const [alg, hash] of [
        ['HS256', 'sha256'],
        ['HS512', 'sha512'],
      ] as const)
        for (const jwk of [key.jwk, { kty: 'oct', k: Buffer.from(secret).toString('base64url') }]) {
          const unsigned = raw({ typ: 'dpop+jwt', alg, jwk }, await claimsNow(), '').slice(0, -1);
          const signature = createHmac(hash, secret).update(unsigned).digest('base64url');
          await expectRefused(`${unsigned}.${signature}`, `${alg} ${what} ${jwk.kty}`);
        }
  });

  it('with an algorithm that is not its key’s, or not one of ours, is refused', async () => {
    const rsa = new HeldKey('RS256');
    const found: Record<string, string> = {};
    for (const alg of ['RS256', 'PS256', 'EdDSA', 'ES384', 'ES512', 'ES256K', 'RS1', 'RSA-OAEP', 'dir'])
      found[`${alg} of an EC key`] = await proofWith({ header: { alg } });
    for (const alg of ['ES256', 'PS256', 'RS512', 'EdDSA'])
      found[`${alg} of an RSA key`] = await proofWith({ header: { alg } }, rsa);
    await expectAllRefused(found);
  });

  it('of a key too weak or too large is refused', async () => {
    const small = new HeldKey('RS256', await rsaPair(1_024));
    await expectRefused(await proofWith({}, small), '1024 bits');
    const n = Buffer.alloc(1_024, 0xff).toString('base64url');
    await expectRefused(
      await proofWith({ header: { alg: 'RS256', jwk: { kty: 'RSA', n, e: 'AQAB' } } }),
      '8192 bits',
    );
    const e = Buffer.alloc(200, 0xff).toString('base64url');
    const { n: own } = new HeldKey('RS256').jwk;
    await expectRefused(
      await proofWith({ header: { alg: 'RS256', jwk: { kty: 'RSA', n: own, e } } }),
      'an exponent',
    );
  });

  describe('that points elsewhere', () => {
    let canary: Server;
    const hits: string[] = [];
    beforeAll(async () => {
      canary = createServer((req, res) => {
        hits.push(req.url ?? '');
        res.end(JSON.stringify({ keys: [key.published] }));
      });
      await new Promise<void>((done) => canary.listen(0, '127.0.0.1', done));
    });
    afterAll(() => void canary.close());

    it('is refused without its own key, and nothing is fetched', async () => {
      const there = `http://127.0.0.1:${(canary.address() as AddressInfo).port}`;
      const pointers: Record<string, Json> = {
        jku: { jku: `${there}/jwks`, kid: key.kid },
        x5u: { x5u: `${there}/cert` },
        x5c: { x5c: [key.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] },
        'a kid that is a URL': { kid: `${there}/jwks` },
        'a kid that is a file': { kid: '../../../../dev/null' },
      };
      for (const [what, pointer] of Object.entries(pointers))
        await expectRefused(await proofWith({ header: { jwk: undefined, ...pointer } }), what);
      await sleep(200);
      expect(hits).toEqual([]);
    });
  });
});

async function rsaPair(modulusLength: number) {
  const { generateKeyPairSync } = await import('node:crypto');
  return generateKeyPairSync('rsa', { modulusLength });
}

describe('a proof is good once', () => {
  it('the second time it is refused, and another of the same key is not', async () => {
    const dpop = await proofWith();
    expect((await askWith(dpop)).status).toBe(200);
    await expectRefused(dpop, 'again');
    expect((await askWith(await proofWith())).status).toBe(200);
    const [event] = await events(server, { type: 'token.request.rejected', client_id: worker.clientId });
    expect(event?.outcome).toMatchObject({ reason_code: 'proof_replayed', http_status: 400 });
  });

  it('a changed copy with the same id is refused too, and the same id of another key is not', async () => {
    const jti = randomUUID();
    expect((await askWith(await proofWith({ over: { jti } }))).status).toBe(200);
    await expectRefused(await proofWith({ over: { jti, more: 1 } }), 'the same id');
    expect((await askWith(await proofWith({ over: { jti } }, other))).status).toBe(200);
  });

  it('of many at once one wins', async () => {
    const dpop = await proofWith();
    const answers = await atOnce(20, () => askWith(dpop));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(19);
  });

  it('is not spent by a request whose client is not known', async () => {
    const dpop = await proofWith();
    const stranger = { ...worker, clientSecret: 'wrong' };
    expect(refusalOf(await askWith(dpop, server, stranger))).toEqual([401, 'invalid_client']);
    expect((await askWith(dpop)).status).toBe(200);
  });
});

describe('the nonce', () => {
  it('is asked for with a header, and nothing is spent or counted on the way', async () => {
    const strict = await startServer({
      config: { limits: { token: { failed: { points: 2, seconds: 60, blockSeconds: 60 } } } },
    });
    const client = await registerClient(strict);
    const { code, verifier } = await authorize(strict, client);
    const form = { grant_type: 'authorization_code', code, code_verifier: verifier };
    const attempt = (nonce?: string) =>
      tokenRequest(strict, client, form, {
        dpop: key.proof({ url: tokenUrl(strict), ...(nonce !== undefined && { nonce }) }),
      });
    for (const nonce of [undefined, undefined, '', 'x', 'x'.repeat(500)]) {
      const response = await attempt(nonce);
      expect(refusalOf(response)).toEqual([400, 'use_dpop_nonce']);
      expect(response.headers['cache-control']).toBe('no-store');
      expect(response.headers['dpop-nonce']).toMatch(/^[\w-]{43}$/);
    }
    const nonce = (await attempt()).headers['dpop-nonce'] as string;
    const answer = await attempt(nonce);
    expect(tokensOf(answer).token_type).toBe('DPoP');
    expect(answer.headers['dpop-nonce']).toBeUndefined();
  });

  it('is renewed in answers while the old one is still good, and refused when it is not', async () => {
    const brisk = await startServer({ config: { limits: ROOMY, lifetimes: { dpopNonce: '2s' } } });
    const client = await machine(brisk);
    const seen = new Set<string>();
    const first = await nonceOf(brisk);
    const ask = () => askWith(key.proof({ url: tokenUrl(brisk), nonce: first }), brisk, client);
    let response = await ask();
    for (
      const until = Date.now() + 15_000;
      response.status === 200 && Date.now() < until;
      response = await ask()
    ) {
      const given = response.headers['dpop-nonce'];
      if (typeof given === 'string') seen.add(given);
      await sleep(250);
    }
    expect(refusalOf(response)).toEqual([400, 'use_dpop_nonce']);
    expect([...seen].length).toBeGreaterThan(0);
    expect(seen).not.toContain(first);
    const nonce = response.headers['dpop-nonce'] as string;
    expect((await askWith(key.proof({ url: tokenUrl(brisk), nonce }), brisk, client)).status).toBe(200);
  });

  it('of another server is not ours', async () => {
    const elsewhere = await startServer({
      env: { ENCRYPTION_KEYS: `1:${Buffer.from(randomUUID()).subarray(0, 32).toString('base64')}` },
    });
    const nonce = await nonceOf(elsewhere);
    const response = await askWith(key.proof({ url: tokenUrl(), nonce }));
    expect(refusalOf(response)).toEqual([400, 'use_dpop_nonce']);
  });

  it('is not asked for when the policy is off', async () => {
    const lenient = await startServer({
      config: { limits: ROOMY, policies: { clients: { dpop_nonce: false } } },
    });
    const client = await machine(lenient);
    const dpop = key.proof({ url: tokenUrl(lenient) });
    const answer = await askWith(dpop, lenient, client);
    expect(tokensOf(answer).token_type).toBe('DPoP');
    expect(answer.headers['dpop-nonce']).toBeUndefined();
    expect(refusalOf(await askWith(dpop, lenient, client))).toEqual([400, 'invalid_dpop_proof']);
  });
});

describe('a client that registered for bound tokens', () => {
  it('gets none without a proof, and nothing is spent by asking', async () => {
    const jar = await signedIn(server);
    const client = await webClient(server, { dpop_bound_access_tokens: true });
    const { code, verifier } = await freshCode(server, client, { jar });
    expect(refusalOf(await exchange(server, client, code, verifier))).toEqual([400, 'invalid_dpop_proof']);
    const form = { grant_type: 'authorization_code', code, code_verifier: verifier };
    expect(tokensOf(await tokenRequestWith(server, { client, key }, form)).token_type).toBe('DPoP');
  });
});

describe('a code that was asked for with the thumbprint of a key', () => {
  it('is redeemed by a proof of that key only, and burnt by no other', async () => {
    const client = await webClient(server);
    const { code, verifier } = await freshCode(server, client, {
      jar: await signedIn(server),
      extra: { dpop_jkt: key.jkt },
    });
    const form = { grant_type: 'authorization_code', code, code_verifier: verifier };
    expect(refusalOf(await exchange(server, client, code, verifier))).toEqual([400, 'invalid_grant']);
    const another = await tokenRequestWith(server, { client, key: other }, form);
    expect(refusalOf(another)).toEqual([400, 'invalid_grant']);
    expect(tokensOf(await tokenRequestWith(server, { client, key }, form)).token_type).toBe('DPoP');
  });
});

describe('a refresh token', () => {
  const again = (client: TestClient, refresh_token: string, by: HeldKey) =>
    tokenRequestWith(server, { client, key: by }, { grant_type: 'refresh_token', refresh_token });

  async function bound(over: Json = {}): Promise<{ client: TestClient; refreshToken: string }> {
    const jar = await signedIn(server);
    const client = await webClient(server, over);
    const { code, verifier } = await freshCode(server, client, { jar });
    const form = { grant_type: 'authorization_code', code, code_verifier: verifier };
    const tokens = tokensOf(await tokenRequestWith(server, { client, key }, form));
    return { client, refreshToken: tokens.refresh_token! };
  }

  it('of a public client needs the same key, and cannot be harmed by whoever lacks it', async () => {
    const { client, refreshToken } = await bound();
    expect(refusalOf(await again(client, refreshToken, other))).toEqual([400, 'invalid_grant']);
    expect(refusalOf(await refresh(server, client, refreshToken))).toEqual([400, 'invalid_grant']);
    const tokens = tokensOf(await again(client, refreshToken, key));
    expect(claimsOf(tokens.access_token)['cnf']).toEqual({ jkt: key.jkt });
    const next = tokens.refresh_token!;
    expect(refusalOf(await again(client, next, other))).toEqual([400, 'invalid_grant']);
    expect(tokensOf(await again(client, next, key)).token_type).toBe('DPoP');
  });

  it('of a confidential client is bound to its authentication, and may change keys', async () => {
    const { client, refreshToken } = await bound({ token_endpoint_auth_method: 'client_secret_basic' });
    const tokens = tokensOf(await again(client, refreshToken, other));
    expect(claimsOf(tokens.access_token)['cnf']).toEqual({ jkt: other.jkt });
  });

  it('that was never bound still gives a bearer token', async () => {
    const { client, tokens } = await connect(server);
    expect(tokensOf(await refresh(server, client, tokens.refresh_token!)).token_type).toBe('Bearer');
  });
});

describeOnPostgres('with several replicas', () => {
  it('a proof is good once over all of them, and a nonce of one is good at the others', async () => {
    const replica = await startServer({
      database: server.databaseUrl!,
      env: { PUBLIC_URL: server.url },
      config: { limits: ROOMY },
    });
    for (let round = 0; round < 5; round++) {
      const dpop = await proofWith();
      const answers = await Promise.all([
        atOnce(5, () => askWith(dpop)),
        atOnce(5, () => askWith(dpop, replica)),
      ]);
      expect(
        answers
          .flat()
          .map(({ status }) => status)
          .sort(),
      ).toEqual([200, ...Array<number>(9).fill(400)]);
    }
    const spent = await proofWith();
    expect((await askWith(spent, replica)).status).toBe(200);
    expect(refusalOf(await askWith(spent))).toEqual([400, 'invalid_dpop_proof']);
    const nonce = await nonceOf(replica);
    expect((await askWith(key.proof({ url: tokenUrl(), nonce }))).status).toBe(200);
  });

  it('what is remembered of a proof is a digest', async () => {
    const jti = `find-me-${randomUUID()}`;
    expect((await askWith(await proofWith({ over: { jti } }))).status).toBe(200);
    const rows = await server.sql<{ text: string }>(
      `SELECT p::text AS text FROM used_proofs p WHERE purpose = 'dpop'`,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.map(({ text }) => text).join()).not.toContain(jti);
  });
});
