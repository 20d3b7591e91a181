import { calculateJwkThumbprint, decodeProtectedHeader, importJWK, jwtVerify, type JWTPayload } from 'jose';
import { jwtRefusal } from '../jwt-refusal.js';
import { PROOF_ALGORITHMS } from '../proof-algorithms.js';
import { BadProof } from './bad-proof.js';
import { proofKey } from './proof-key.js';

const MAX_LENGTH = 8_192;
const MAX_JTI = 256;

/** What a proof says whose signature is that of the key it brings. */
export interface Proof {
  /** RFC 7638 thumbprint of the key. */
  readonly jkt: string;
  readonly jti: string;
  readonly htm: string;
  readonly htu: string;
  /** Seconds since the epoch. */
  readonly iat: number;
  readonly nonce?: string;
  readonly ath?: string;
}

/**
 * Reads the value of a DPoP header (RFC 9449 §4.2).
 * @throws BadProof
 */
export async function readProof(text: string): Promise<Proof> {
  if (text.length > MAX_LENGTH) throw new BadProof('proof_too_long');
  try {
    const { alg, jwk } = decodeProtectedHeader(text);
    const key = proofKey(jwk);
    if (!PROOF_ALGORITHMS.some((known) => known === alg)) throw new BadProof('proof_algorithm');
    const { payload } = await jwtVerify(text, await importJWK(key, alg), {
      algorithms: [...PROOF_ALGORITHMS],
      typ: 'dpop+jwt',
    });
    return { jkt: await calculateJwkThumbprint(key, 'sha256'), ...claims(payload) };
  } catch (error) {
    const reason = jwtRefusal(error);
    if (reason === undefined) throw error;
    throw new BadProof(`proof_${reason}`);
  }
}

function claims({ jti, iat, ...rest }: JWTPayload): Omit<Proof, 'jkt'> {
  const { htm, htu, nonce, ath } = rest;
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI) throw new BadProof('proof_wrong_jti');
  if (typeof iat !== 'number' || !Number.isFinite(iat)) throw new BadProof('proof_wrong_iat');
  if (typeof htm !== 'string') throw new BadProof('proof_wrong_htm');
  if (typeof htu !== 'string') throw new BadProof('proof_wrong_htu');
  if (nonce !== undefined && typeof nonce !== 'string') throw new BadProof('proof_wrong_nonce');
  if (ath !== undefined && typeof ath !== 'string') throw new BadProof('proof_wrong_ath');
  return { jti, iat, htm, htu, ...(nonce !== undefined && { nonce }), ...(ath !== undefined && { ath }) };
}
