import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Versioned key-encryption keys of 32 bytes each; the highest version seals, all of them open. */
export type EncryptionKeys = ReadonlyMap<number, Buffer>;

/**
 * Reads `1:<base64 of 32 bytes>,2:…`.
 * @throws Error with a sentence that names the entry, never its value.
 */
export function parseEncryptionKeys(text: string): EncryptionKeys {
  const keys = new Map<number, Buffer>();
  for (const [index, entry] of text.split(',').entries()) {
    const match = /^\s*([1-9]\d{0,5}):([A-Za-z0-9+/_-]+={0,2})\s*$/.exec(entry);
    if (!match) throw new Error(`entry ${index + 1} is not <version>:<base64 of 32 bytes>`);
    const key = Buffer.from(match[2]!, 'base64');
    if (key.length !== 32) throw new Error(`entry ${index + 1} has ${key.length} bytes instead of 32`);
    if (new Set(key).size < 8) throw new Error(`entry ${index + 1} is not random`);
    const version = Number(match[1]);
    if (keys.has(version)) throw new Error(`version ${version} is given twice`);
    keys.set(version, key);
  }
  return keys;
}

/** The keys kept beside the embedded database; made on the first start, readable by the owner only. */
export function embeddedEncryptionKeys(dataDir: string): EncryptionKeys {
  const file = join(dataDir, 'encryption-keys');
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(file, `1:${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  }
  return parseEncryptionKeys(readFileSync(file, 'utf8').trim());
}
