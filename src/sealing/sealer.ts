import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig, type EncryptionKeys } from '../config/index.js';

const IV = 12;
const TAG = 16;

/** The sealed value is damaged, belongs to another purpose, or its key is not among `ENCRYPTION_KEYS`. */
export class CannotOpen extends Error {
  constructor(why: string) {
    super(`A sealed value cannot be opened: ${why}`);
    this.name = 'CannotOpen';
  }
}

/**
 * Secrets at rest: AES-256-GCM under the versioned key-encryption keys. The purpose is associated data, so that
 * a value sealed for one place cannot be moved to another. Layout: version (4 bytes), IV, tag, ciphertext.
 */
@Injectable()
export class Sealer {
  private readonly keys: EncryptionKeys;
  private readonly current: number;
  private readonly derived = new Map<string, Buffer>();

  constructor(config: AppConfig) {
    this.keys = config.encryptionKeys;
    this.current = Math.max(...this.keys.keys());
  }

  seal(purpose: string, plain: Buffer | string): Buffer {
    const version = Buffer.alloc(4);
    version.writeUInt32BE(this.current);
    return Buffer.concat([version, encrypt(this.key(this.current, 'seal'), purpose, plain)]);
  }

  /** @throws CannotOpen */
  open(purpose: string, sealed: Buffer): Buffer {
    const version = sealed.length > 4 ? sealed.readUInt32BE(0) : 0;
    if (!this.keys.has(version)) throw new CannotOpen(`key version ${version} is not configured`);
    return decrypt(this.key(version, 'seal'), purpose, sealed.subarray(4));
  }

  /** Whether it is sealed under the highest key version; otherwise seal it anew, so that older ones can go. */
  isCurrent(sealed: Buffer): boolean {
    return sealed.length > 4 && sealed.readUInt32BE(0) === this.current;
  }

  /** The key version that seals and digests from here on. */
  get version(): number {
    return this.current;
  }

  /** Whether something of this key version can be opened, or its digest checked. */
  knows(version: number): boolean {
    return this.keys.has(version);
  }

  /** A keyed digest for values that must be recognised but not read, such as CSRF tokens. */
  mac(purpose: string, data: string): Buffer {
    return createHmac('sha256', this.key(this.current, `mac:${purpose}`))
      .update(data)
      .digest();
  }

  /** The digests a value may have been stored under, one for each configured key version. */
  macs(purpose: string, data: string): Buffer[] {
    return [...this.keys.keys()].map((version) =>
      createHmac('sha256', this.key(version, `mac:${purpose}`))
        .update(data)
        .digest(),
    );
  }

  /** Constant time; every configured key version is tried, so that rotation does not break open pages. */
  verifyMac(purpose: string, data: string, given: Buffer): boolean {
    let found = false;
    for (const version of this.keys.keys()) {
      const expected = createHmac('sha256', this.key(version, `mac:${purpose}`))
        .update(data)
        .digest();
      if (expected.length === given.length && timingSafeEqual(expected, given)) found = true;
    }
    return found;
  }

  private key(version: number, use: string): Buffer {
    const name = `${version}:${use}`;
    let key = this.derived.get(name);
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', this.keys.get(version)!, '', `gatehouse ${use}`, 32));
      this.derived.set(name, key);
    }
    return key;
  }
}

export function encrypt(key: Buffer, purpose: string, plain: Buffer | string): Buffer {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(purpose));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

/** @throws CannotOpen */
export function decrypt(key: Buffer, purpose: string, sealed: Buffer): Buffer {
  if (sealed.length < IV + TAG) throw new CannotOpen('it is too short');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV))
      .setAAD(Buffer.from(purpose))
      .setAuthTag(sealed.subarray(IV, IV + TAG));
    return Buffer.concat([decipher.update(sealed.subarray(IV + TAG)), decipher.final()]);
  } catch {
    throw new CannotOpen('it was sealed with another key or for another purpose, or it is damaged');
  }
}
