import { createHash } from 'node:crypto';
import { equalSecrets } from '../../sealing/index.js';

/** RFC 7636 §4.2: base64url of a SHA-256, without padding. */
export const isChallenge = (challenge: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(challenge);

/** RFC 7636 §4.1. */
export const isVerifier = (verifier: string): boolean => /^[A-Za-z0-9._~-]{43,128}$/.test(verifier);

/** RFC 7636 §4.6, method S256; the only one there is here. */
export function verifierMatches(verifier: string, challenge: string): boolean {
  return (
    isVerifier(verifier) && equalSecrets(createHash('sha256').update(verifier).digest('base64url'), challenge)
  );
}
