import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { OAuthError } from '../oauth-error.js';

const MAX_KEYS = 20;
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const RSA_BITS = { min: 2_048, max: 4_096 };
const CURVES: Readonly<Record<string, readonly string[]>> = {
  EC: ['P-256', 'P-384', 'P-521'],
  OKP: ['Ed25519', 'Ed448'],
};

/**
 * The public keys of a key set, ready to be stored.
 * @throws OAuthError invalid_client_metadata
 */
export function checkKeys(jwks: unknown): { keys: JWK[] } {
  const keys: unknown = isObject(jwks) ? jwks['keys'] : undefined;
  if (!Array.isArray(keys)) throw refused('it has no list of keys');
  if (keys.length === 0) throw refused('it is empty');
  if (keys.length > MAX_KEYS) throw refused(`it has more than ${MAX_KEYS} keys`);
  return { keys: keys.map(checkKey) };
}

/** What tells one key from another, however it is written (RFC 7638). */
export async function thumbprints({ keys }: { keys: readonly JWK[] }): Promise<string[]> {
  return (await Promise.all(keys.map((key) => calculateJwkThumbprint(key)))).sort();
}

function checkKey(key: unknown): JWK {
  if (!isObject(key) || JSON.stringify(key).length > 4_096) throw refused('a key is malformed');
  if (!isStorable(key)) throw refused('a key has characters that cannot be stored');
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(key, member)))
    throw refused('it has a private or symmetric key');
  const { kty, crv } = key;
  if (kty !== 'RSA' && !(typeof kty === 'string' && CURVES[kty]?.includes(String(crv))))
    throw refused('only RSA, EC and Ed25519 or Ed448 keys are allowed');
  const bits = bitsOf(key);
  if (kty === 'RSA' && (bits < RSA_BITS.min || bits > RSA_BITS.max))
    throw refused(`an RSA key must have ${RSA_BITS.min} to ${RSA_BITS.max} bits`);
  return key;
}

function bitsOf(key: Readonly<Record<string, unknown>>): number {
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
    return asymmetricKeyDetails?.modulusLength ?? 0;
  } catch {
    throw refused('a key cannot be read');
  }
}

/** PostgreSQL takes neither NUL nor half of a surrogate pair, in names no more than in values. */
const isStorable = (value: unknown): boolean =>
  typeof value === 'string'
    ? !/[\0\p{Surrogate}]/u.test(value)
    : typeof value !== 'object' ||
      value === null ||
      Object.entries(value).every((member) => member.every(isStorable));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refused = (why: string): OAuthError =>
  new OAuthError('invalid_client_metadata', `The key set is refused: ${why}`, { reason: 'jwks_refused' });
