import { createHash, createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';

export const CHECKPOINT_TYPE = 'audit-checkpoint+jwt';

/** What a checkpoint says: all leaves up to `tree_size` give `root`. */
export interface CheckpointClaims {
  /** Names this trail; another database has another one. */
  readonly chain_uid: string;
  readonly tree_size: number;
  /** RFC 9162 §2.1.1, in base64url. */
  readonly root: string;
  /** The checkpoint before, by the SHA-256 of its JWS in base64url; `null` for the first. */
  readonly prev: string | null;
  readonly time: string;
  /** Every event that arrived under this number or a lower one has been looked at. */
  readonly settled: number;
  /** Events that arrived up to this number are older than the marks of events. */
  readonly unmarked_until: number;
}

export interface SignedCheckpoint {
  readonly claims: CheckpointClaims;
  readonly kid: string;
  readonly jws: string;
}

/** What the next checkpoint calls this one. */
export const fingerprint = (jws: string): string => createHash('sha256').update(jws).digest('base64url');

/** The parts of a compact JWS (RFC 7515 §3.1), not verified. `undefined` when it is none. */
export function readJws(jws: string): { header: Record<string, unknown>; payload: unknown } | undefined {
  const [header, payload, , more] = jws.split('.');
  if (header === undefined || payload === undefined || more !== undefined) return undefined;
  try {
    const [head, body] = [header, payload].map(
      (part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown,
    );
    return typeof head === 'object' && head !== null
      ? { header: head as Record<string, unknown>, payload: body }
      : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 7515 §5.2, for ES256 alone. A key that is none has signed nothing. */
export function isSignedBy(jws: string, key: JWK): boolean {
  const [header, payload, signature] = jws.split('.');
  if (readJws(jws)?.header['alg'] !== 'ES256' || signature === undefined) return false;
  const publicKey = publicKeyOf(key);
  return (
    publicKey !== undefined &&
    verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      { key: publicKey, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    )
  );
}

function publicKeyOf(key: JWK): KeyObject | undefined {
  try {
    return createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** What was signed as `typ`, by the key of its id; `undefined` when it is not good. */
export function openSigned(
  jws: string,
  typ: string,
  keyOf: (kid: string) => JWK | undefined,
): { kid: string; payload: unknown } | undefined {
  const { header, payload } = readJws(jws) ?? {};
  const kid = header?.['kid'];
  if (header?.['typ'] !== typ || typeof kid !== 'string') return undefined;
  const key = keyOf(kid);
  return key && isSignedBy(jws, key) ? { kid, payload } : undefined;
}

/** A checkpoint with its signature verified by the key of that id; `undefined` when it is not good. */
export function openCheckpoint(
  jws: string,
  keyOf: (kid: string) => JWK | undefined,
): SignedCheckpoint | undefined {
  const signed = openSigned(jws, CHECKPOINT_TYPE, keyOf);
  return signed && { claims: signed.payload as CheckpointClaims, kid: signed.kid, jws };
}
