import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import { HeldKey, type Alg } from './proofs.js';

type Json = Record<string, unknown>;
/** Forged tokens by what is wrong with them. */
export type Forged = Record<string, string>;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const partOf = (token: string, index: number): Json =>
  JSON.parse(Buffer.from(token.split('.')[index]!, 'base64url').toString()) as Json;

export const headerOf = (token: string): Json => partOf(token, 0);

/** RFC 8725 §2.1: the algorithm "none" in every spelling, with the signature taken off and left on. */
export function unsigned(good: string): Forged {
  const [, claims, signature] = good.split('.') as [string, string, string];
  const found: Forged = {};
  const spellings = ['none', 'None', 'NONE', 'nOnE', 'none ', '', null, undefined, [], ['none'], {}, 0, true];
  for (const alg of spellings)
    for (const kept of ['', signature])
      found[`alg ${JSON.stringify(alg)} ${kept && 'kept'}`] =
        `${encode({ ...headerOf(good), alg })}.${claims}.${kept}`;
  return found;
}

/** Parts left out, added or emptied. */
export function brokenUp(good: string): Forged {
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
}

/** The claims changed, under the signature of what they were before. */
export function changed(good: string, changes: Record<string, Json>): Forged {
  const [header, , signature] = good.split('.') as [string, string, string];
  return Object.fromEntries(
    Object.entries(changes).map(([what, over]) => [
      what,
      `${header}.${encode({ ...partOf(good, 1), ...over })}.${signature}`,
    ]),
  );
}

/** RFC 8725 §2.1: the public key, which everybody has, taken for a shared secret. */
export function publicKeyAsSecret(
  good: string,
  jwk: JsonWebKey,
  more: Record<string, string | Buffer> = {},
): Forged {
  const found: Forged = {};
  for (const [name, secret] of Object.entries({ ...secretsOf(jwk), ...more }))
    for (const bits of ['256', '384', '512']) {
      const input = `${encode({ ...headerOf(good), alg: `HS${bits}` })}.${good.split('.')[1]!}`;
      found[`HS${bits} with ${name}`] =
        `${input}.${createHmac(`sha${bits}`, secret).update(input).digest('base64url')}`;
    }
  return found;
}

/** Every form in which a public key is passed around. */
function secretsOf(jwk: JsonWebKey): Record<string, string | Buffer> {
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  const der = key.export({ type: 'spki', format: 'der' });
  const { kty, crv, x, y, n, e } = jwk;
  const bare = JSON.stringify(kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y });
  return {
    pem,
    'pem without the last line end': pem.trimEnd(),
    'pem with a line before': `\n${pem}`,
    'pem with spaces before': `  ${pem}`,
    'pem with CRLF': pem.replaceAll('\n', '\r\n'),
    der,
    'der in base64': der.toString('base64'),
    'the JWK': JSON.stringify(jwk),
    'the JWK without its names': bare,
    ...(kty === 'RSA'
      ? numbersOf(jwk, key.export({ type: 'pkcs1', format: 'pem' }).toString())
      : pointOf(jwk)),
    nothing: '',
  };
}

const numbersOf = ({ n = '' }: JsonWebKey, pkcs1: string): Record<string, string | Buffer> => ({
  'pem of PKCS 1': pkcs1,
  'pem of PKCS 1 without the last line end': pkcs1.trimEnd(),
  'the modulus': n,
  'the modulus as bytes': Buffer.from(n, 'base64url'),
});

const pointOf = ({ x = '', y = '' }: JsonWebKey): Record<string, string | Buffer> => ({
  x,
  'x as bytes': Buffer.from(x, 'base64url'),
  'the point': Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]),
});

/** RFC 8725 §3.10: signed by a stranger, who says in the header where the key is. `there` is an address to be found at. */
export function bringsItsKey(good: string, there: string): Forged {
  const header = headerOf(good);
  const own = new HeldKey(header['alg'] as Alg);
  const forge = (over: Json): string => own.sign({ ...header, ...over }, partOf(good, 1));
  return {
    'the right kid': forge({}),
    'a jwk': forge({ jwk: own.jwk }),
    'a jwk and no kid': forge({ jwk: own.jwk, kid: undefined }),
    'a jwk under its kid': forge({ jwk: { ...own.jwk, kid: 'mine' }, kid: 'mine' }),
    'a jku': forge({ jku: `${there}/jwks`, kid: 'mine' }),
    'an x5u': forge({ x5u: `${there}/cert.pem` }),
    'an x5c': forge({ x5c: [own.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] }),
    'a kid that is a URL': forge({ kid: `${there}/jwks` }),
    'a kid that is a file': forge({ kid: 'file:///dev/null' }),
    'critical extensions': forge({ crit: ['b64'], b64: false }),
  };
}

/** Signed by a key of another kind than the one its kid names. */
export function ofAnotherKind(good: string): Forged {
  const header = headerOf(good);
  const others = (['ES256', 'RS256', 'PS256', 'EdDSA'] as const).filter((alg) => alg !== header['alg']);
  return Object.fromEntries(
    others.map((alg) => [alg, new HeldKey(alg).sign({ ...header, alg }, partOf(good, 1))]),
  );
}

/** RFC 8725 §3.10: a kid is used for nothing but to look up a key. */
export function oddKids(good: string): Forged {
  const own = new HeldKey(headerOf(good)['alg'] as Alg);
  const kids = [
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
  ];
  return Object.fromEntries(
    kids.map((kid) => [
      `kid ${JSON.stringify(kid)?.slice(0, 30)}`,
      own.sign({ ...headerOf(good), kid }, partOf(good, 1)),
    ]),
  );
}
