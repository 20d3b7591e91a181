import type { JWTPayload } from 'jose';
import { CLOCK_SKEW } from '../../tokens/used-proofs.js';

/** How far ahead an assertion may expire, in seconds. */
const MAX_AHEAD = 300;
const MAX_JTI = 512;

export interface Expected {
  readonly clientId: string;
  readonly audiences: readonly string[];
  /** Seconds since the epoch. */
  readonly now: number;
}

/** What the claims of a client assertion say, of those that are used again. */
export interface AssertionClaims {
  readonly jti: string;
  readonly exp: number;
}

/** RFC 7523 §3, in its order: the claims, or why they are not good, as a snake_case code. */
export function assertionClaims(
  { iss, sub, aud, exp, nbf, iat, jti }: JWTPayload,
  { clientId, audiences, now }: Expected,
): AssertionClaims | string {
  if (iss !== clientId) return 'assertion_wrong_issuer';
  if (sub !== clientId) return 'assertion_wrong_subject';
  // One audience only: with a second one it could be used there, and what is used there could be used here.
  const audience = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
  if (typeof audience !== 'string' || !audiences.includes(audience)) return 'assertion_wrong_audience';
  if (typeof exp !== 'number') return 'assertion_without_expiry';
  if (exp <= now) return 'assertion_expired';
  if (exp > now + MAX_AHEAD + CLOCK_SKEW) return 'assertion_lives_too_long';
  for (const time of [nbf, iat])
    if (time !== undefined && !(typeof time === 'number' && time <= now + CLOCK_SKEW))
      return 'assertion_of_the_future';
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI) return 'assertion_without_id';
  return { jti, exp };
}
