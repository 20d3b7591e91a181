import { timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { newToken } from '../../sealing/index.js';

const PREFIX = 'gh_key_';
const SHAPE = /^(gh_key_[A-Za-z0-9_-]{43})([0-9a-f]{8})$/;

/** A new key: a prefix that secret scanners find, 256 random bits, and a checksum by which they tell it from other text. */
export function newApiKey(): string {
  const secret = newToken(PREFIX);
  return `${secret}${checksum(secret)}`;
}

/** Whether it can be a key at all: what was mistyped or made up need not be looked for. */
export function isApiKey(text: string): boolean {
  const [, secret, sum] = SHAPE.exec(text) ?? [];
  return (
    secret !== undefined &&
    sum !== undefined &&
    timingSafeEqual(Buffer.from(sum), Buffer.from(checksum(secret)))
  );
}

/** CRC-32 in eight hexadecimal digits. It is no secret, and protects from nothing but mistakes. */
const checksum = (secret: string): string => crc32(secret).toString(16).padStart(8, '0');
