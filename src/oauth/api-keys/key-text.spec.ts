import { describe, expect, it } from '@jest/globals';
import { isApiKey, newApiKey } from './key-text.js';

/** As docs/api-keys.md gives it to secret scanners. */
const SCANNERS = /gh_key_[A-Za-z0-9_-]{43}[0-9a-f]{8}/;

describe('the text of an API key', () => {
  it('is another one each time, and what secret scanners look for', () => {
    const keys = Array.from({ length: 50 }, newApiKey);
    expect(new Set(keys).size).toBe(50);
    for (const key of keys) {
      expect(key).toMatch(new RegExp(`^${SCANNERS.source}$`));
      expect(isApiKey(key)).toBe(true);
    }
  });

  it('is told from one with any character changed', () => {
    const key = newApiKey();
    for (let at = 0; at < key.length; at++) {
      const other = key[at] === 'a' ? 'b' : 'a';
      expect(isApiKey(`${key.slice(0, at)}${other}${key.slice(at + 1)}`)).toBe(false);
    }
  });

  it.each(['', 'gh_key_', 'gh_rt_abc', 'x'.repeat(10_000), `${newApiKey()}\n`, ` ${newApiKey()}`])(
    'is not %j',
    (text) => {
      expect(isApiKey(text)).toBe(false);
    },
  );
});
