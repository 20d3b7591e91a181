import {
  constants,
  createHash,
  generateKeyPairSync,
  randomUUID,
  sign,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { tokenRequest, type TestClient } from './actors.js';
import { post, request, type HttpResponse, type RequestOptions } from './http.js';
import type { TestServer } from './server.js';

type Json = Record<string, unknown>;
export type Alg = 'ES256' | 'RS256' | 'PS256' | 'EdDSA' | 'Ed25519';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = (): number => Math.floor(Date.now() / 1_000);

/** A key pair of a client, and what it signs. */
export class HeldKey {
  readonly kid = randomUUID();
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: JsonWebKey;

  constructor(
    readonly alg: Alg = 'ES256',
    pair: { privateKey: KeyObject; publicKey: KeyObject } = pairFor(alg),
  ) {
    this.privateKey = pair.privateKey;
    this.publicKey = pair.publicKey;
    this.jwk = this.publicKey.export({ format: 'jwk' });
  }

  /** For a key set. */
  get published(): JsonWebKey {
    return { ...this.jwk, kid: this.kid, use: 'sig' };
  }

  /** RFC 7638 */
  get jkt(): string {
    const { crv, e, kty, n, x, y } = this.jwk;
    const members = kty === 'RSA' ? { e, kty, n } : kty === 'EC' ? { crv, kty, x, y } : { crv, kty, x };
    return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
  }

  /** A JWT with exactly this header and these claims, signed as `alg` says whatever the header says. */
  sign(header: unknown, claims: unknown): string {
    const input = `${encode(header)}.${encode(claims)}`;
    return `${input}.${signature(this.alg, input, this.privateKey).toString('base64url')}`;
  }

  /** RFC 7523 §2.2; `over` and `header` replace single members, `undefined` leaves one out. */
  assertion(server: TestServer, clientId: string, over: Json = {}, header: Json = {}): string {
    const now = seconds();
    const claims = {
      iss: clientId,
      sub: clientId,
      aud: server.url,
      iat: now,
      exp: now + 60,
      jti: randomUUID(),
    };
    return this.sign({ alg: this.alg, kid: this.kid, ...header }, { ...claims, ...over });
  }

  /** RFC 9449 §4.2; with a token the proof is for a resource. */
  proof({ method = 'POST', url, token, nonce, over = {}, header = {} }: ProofOptions): string {
    const claims = {
      jti: randomUUID(),
      htm: method,
      htu: url,
      iat: seconds(),
      ...(nonce !== undefined && { nonce }),
      ...(token !== undefined && { ath: createHash('sha256').update(token).digest('base64url') }),
    };
    return this.sign({ typ: 'dpop+jwt', alg: this.alg, jwk: this.jwk, ...header }, { ...claims, ...over });
  }
}

export interface ProofOptions {
  method?: string;
  url: string;
  token?: string;
  nonce?: string;
  over?: Json;
  header?: Json;
}

/** The form fields of an assertion. */
export const asserting = (client_assertion: string): Record<string, string> => ({
  client_assertion_type: ASSERTION_TYPE,
  client_assertion,
});

/** The nonce that the server gives out now. */
export async function nonceOf(server: TestServer): Promise<string> {
  const url = `${server.url}/oauth2/token`;
  const { headers } = await post(`${server.base}/oauth2/token`, {
    headers: { dpop: new HeldKey().proof({ url }) },
    form: { grant_type: 'authorization_code' },
  });
  const nonce = headers['dpop-nonce'];
  if (typeof nonce !== 'string') throw new Error('The token endpoint gave no nonce');
  return nonce;
}

/** A request to the token endpoint with a proof of the key. */
export async function tokenRequestWith(
  server: TestServer,
  { client, key, proof = {} }: { client: TestClient; key: HeldKey; proof?: Partial<ProofOptions> },
  form: Record<string, string>,
): Promise<HttpResponse> {
  const nonce = await nonceOf(server);
  const dpop = key.proof({ url: `${server.url}/oauth2/token`, nonce, ...proof });
  return tokenRequest(server, client, form, { dpop });
}

/** A request to a resource with a token that is bound to the key. */
export async function requestWith(
  server: TestServer,
  { token, key, proof = {} }: { token: string; key: HeldKey; proof?: Partial<ProofOptions> },
  { method, path, ...options }: RequestOptions & { method: string; path: string },
): Promise<HttpResponse> {
  const nonce = await nonceOf(server);
  const dpop = key.proof({ method, url: server.url + path.split('?')[0]!, token, nonce, ...proof });
  const headers = { authorization: `DPoP ${token}`, dpop, ...options.headers };
  return request(method, server.base + path, { ...options, headers });
}

function pairFor(alg: Alg): { privateKey: KeyObject; publicKey: KeyObject } {
  if (alg === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (alg === 'RS256' || alg === 'PS256') return generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return generateKeyPairSync('ed25519');
}

function signature(alg: Alg, input: string, key: KeyObject): Buffer {
  const data = Buffer.from(input);
  if (alg === 'ES256') return sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' });
  if (alg === 'RS256') return sign('sha256', data, key);
  if (alg === 'PS256')
    return sign('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
  return sign(null, data, key);
}
