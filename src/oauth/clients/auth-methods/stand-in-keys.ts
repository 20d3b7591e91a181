import { createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import type { JWTVerifyGetKey } from 'jose';
import type { PROOF_ALGORITHMS } from '../../proof-algorithms.js';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
const ed = generateKeyPairSync('ed25519').publicKey;
const rsa = someModulus();

const KEYS: Record<(typeof PROOF_ALGORITHMS)[number], KeyObject> = {
  ES256: ec,
  RS256: rsa,
  PS256: rsa,
  EdDSA: ed,
  Ed25519: ed,
};

/** A key of nobody for the algorithm: to verify a signature where there is no key takes as long as where there is one. */
export const standInKey: JWTVerifyGetKey = ({ alg }) => KEYS[alg as keyof typeof KEYS];

/** A random number is modulus enough: nothing is ever signed for it, and to make a pair would take too long at start. */
function someModulus(): KeyObject {
  const n = randomBytes(256);
  n[0]! |= 0x80;
  n[255]! |= 1;
  return createPublicKey({ key: { kty: 'RSA', n: n.toString('base64url'), e: 'AQAB' }, format: 'jwk' });
}
