import { describe, expect, it } from '@jest/globals';
import { newTotpSecret, totpCodeOf, totpStep, totpUri } from './totp.js';

/** RFC 6238, appendix B, SHA-1: the ASCII secret of twenty digits, of its eight digits the last six. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const VECTORS: [number, string][] = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
];

describe('a code of an authenticator app', () => {
  it.each(VECTORS)('is the one of RFC 6238 at %d', (seconds, code) => {
    expect(totpStep(SECRET, code, seconds * 1_000)).toBe(Math.floor(seconds / 30));
  });

  it('is taken one step early or late, and no further', () => {
    const at = (steps: number) => totpStep(SECRET, '081804', (1_111_111_109 + 30 * steps) * 1_000);
    const step = Math.floor(1_111_111_109 / 30);
    expect([at(-2), at(-1), at(0), at(1), at(2)]).toEqual([undefined, step, step, step, undefined]);
  });

  it('is six digits, however they are written', () => {
    for (const typed of ['287082', '287 082', ' 287-082 ', '２８７０８２'])
      expect(totpCodeOf(typed)).toBe('287082');
    for (const typed of ['', '28708', '2870822', '28708a', '287082\0', '-287082e', '٢٨٧٠٨٢', ' '.repeat(40)])
      expect([typed, totpCodeOf(typed)]).toEqual([typed, undefined]);
  });
});

describe('a new secret', () => {
  it('has 160 bits and is never the same', () => {
    const secrets = Array.from({ length: 20 }, newTotpSecret);
    expect(new Set(secrets).size).toBe(20);
    for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  });

  it('is told to apps with who it is for', () => {
    const uri = new URL(totpUri(SECRET, { issuer: 'Acme: AI', account: 'a:b@example.com' }));
    expect([uri.protocol, uri.host]).toEqual(['otpauth:', 'totp']);
    expect(decodeURIComponent(uri.pathname)).toBe('/Acme  AI:a b@example.com');
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      issuer: 'Acme  AI',
      secret: SECRET,
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });
});
