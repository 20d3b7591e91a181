import { createHash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { decrypt, encrypt } from './sealer.js';

/** A new bearer secret: a prefix that secret scanners can find, and 256 random bits. */
export function newToken(prefix: string): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/** What the database holds instead of a bearer secret. Plain SHA-256 suffices for 256 random bits. */
export function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Compares secrets of any length in constant time. */
export function equalSecrets(a: string | Buffer, b: string | Buffer): boolean {
  const [left, right] = [a, b].map((value) => createHash('sha256').update(value).digest()) as [
    Buffer,
    Buffer,
  ];
  return timingSafeEqual(left, right);
}

/** Seals something that only the holder of `token` can bring back; the server keeps neither token nor key. */
export function sealUnderToken(token: string, purpose: string, plain: string): Buffer {
  return encrypt(keyOf(token, purpose), purpose, plain);
}

/** @throws CannotOpen */
export function openUnderToken(token: string, purpose: string, sealed: Buffer): string {
  return decrypt(keyOf(token, purpose), purpose, sealed).toString('utf8');
}

/** Seals something under a key of its own, which is sealed itself. */
export function sealUnderKey(key: Buffer, purpose: string, plain: string): Buffer {
  return encrypt(key, purpose, plain);
}

/** @throws CannotOpen */
export function openUnderKey(key: Buffer, purpose: string, sealed: Buffer): string {
  return decrypt(key, purpose, sealed).toString('utf8');
}

const keyOf = (token: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', token, '', `gatehouse ${purpose}`, 32));
