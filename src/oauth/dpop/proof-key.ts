import type { JWK } from 'jose';
import { BadProof } from './bad-proof.js';

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
/** What an RSA key may be at most: a larger one costs more to use than it is worth here. */
const MAX_RSA_BYTES = 512;
const MAX_EXPONENT_BYTES = 4;

/**
 * The public key a proof brings (RFC 9449 §4.2, §4.3). That it fits the algorithm is checked where it is used.
 * @throws BadProof
 */
export function proofKey(jwk: unknown): JWK {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) throw new BadProof('proof_without_key');
  if (PRIVATE.some((member) => Object.hasOwn(jwk, member))) throw new BadProof('proof_with_private_key');
  const { kty, crv, x, y, n, e } = jwk as Record<string, unknown>;
  // Only what makes the key: `use`, `key_ops`, `alg` and certificates say nothing of use here.
  if (kty === 'EC') return members({ kty, crv, x, y });
  if (kty === 'OKP') return members({ kty, crv, x });
  if (kty !== 'RSA') throw new BadProof('proof_key_type');
  const key = members({ kty, n, e });
  if (bytes(key.n) > MAX_RSA_BYTES || bytes(key.e) > MAX_EXPONENT_BYTES)
    throw new BadProof('proof_key_too_large');
  return key;
}

function members(found: Record<string, unknown>): JWK {
  if (Object.values(found).some((value) => typeof value !== 'string'))
    throw new BadProof('proof_key_malformed');
  return found;
}

const bytes = (value = ''): number => Buffer.from(value, 'base64url').length;
