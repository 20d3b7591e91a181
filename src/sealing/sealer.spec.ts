import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { AppConfig } from '../config/index.js';
import { CannotOpen, Sealer } from './sealer.js';
import { equalSecrets, openUnderToken, sealUnderToken } from './token.js';

const sealerWith = (...versions: [number, Buffer][]) =>
  new Sealer({ encryptionKeys: new Map(versions) } as unknown as AppConfig);
const [one, two] = [randomBytes(32), randomBytes(32)];

describe('Sealer', () => {
  it('opens what it sealed', () => {
    const sealer = sealerWith([1, one]);
    expect(sealer.open('key', sealer.seal('key', 'secret')).toString()).toBe('secret');
  });

  it('seals with the highest version and opens with all', () => {
    const old = sealerWith([1, one]).seal('key', 'secret');
    const sealer = sealerWith([1, one], [2, two]);
    expect(sealer.open('key', old).toString()).toBe('secret');
    expect(sealer.seal('key', 'secret').readUInt32BE(0)).toBe(2);
  });

  it('does not open a value sealed for another purpose, with another key, or changed by one bit', () => {
    const sealer = sealerWith([1, one]);
    const sealed = sealer.seal('key', 'secret');
    const changed = Buffer.from(sealed);
    changed[changed.length - 1]! ^= 1;
    expect(() => sealer.open('other', sealed)).toThrow(CannotOpen);
    expect(() => sealerWith([1, two]).open('key', sealed)).toThrow(CannotOpen);
    expect(() => sealerWith([2, two]).open('key', sealed)).toThrow(CannotOpen);
    expect(() => sealer.open('key', changed)).toThrow(CannotOpen);
    expect(() => sealer.open('key', Buffer.alloc(3))).toThrow(CannotOpen);
  });

  it('verifies a keyed digest across key rotation and refuses any other', () => {
    const mac = sealerWith([1, one]).mac('csrf', 'session');
    const rotated = sealerWith([1, one], [2, two]);
    expect(rotated.verifyMac('csrf', 'session', mac)).toBe(true);
    expect(rotated.verifyMac('csrf', 'other', mac)).toBe(false);
    expect(rotated.verifyMac('login', 'session', mac)).toBe(false);
    expect(rotated.verifyMac('csrf', 'session', mac.subarray(1))).toBe(false);
  });
});

describe('sealing under a token', () => {
  it('is opened by the same token only', () => {
    const sealed = sealUnderToken('token', 'answer', 'body');
    expect(openUnderToken('token', 'answer', sealed)).toBe('body');
    expect(() => openUnderToken('tokem', 'answer', sealed)).toThrow(CannotOpen);
  });

  it('compares secrets of different lengths without an error', () => {
    expect(equalSecrets('a', 'a')).toBe(true);
    expect(equalSecrets('a', 'ab')).toBe(false);
    expect(equalSecrets('', 'a')).toBe(false);
  });
});
