import { describe, expect, it } from '@jest/globals';
import { newUserCode, readUserCode, shownUserCode } from './user-code.js';

describe('A user code', () => {
  it('is eight consonants, and two are never the same', () => {
    const codes = Array.from({ length: 2_000 }, newUserCode);
    for (const code of codes) expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('uses each of its twenty letters about as often', () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 5_000; index++)
      for (const letter of newUserCode()) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect(counts.size).toBe(20);
    for (const count of counts.values()) expect(Math.abs(count - 2_000)).toBeLessThan(400);
  });

  it('is shown in two halves', () => {
    expect(shownUserCode('BCDFGHJK')).toBe('BCDF-GHJK');
  });

  it.each(['BCDFGHJK', 'BCDF-GHJK', 'bcdf-ghjk', ' bcdf ghjk ', 'b-c-d-f-g-h-j-k', 'BCDF–GHJK'])(
    'is read from %j',
    (typed) => {
      expect(readUserCode(typed)).toBe('BCDFGHJK');
    },
  );

  it.each([
    '',
    'BCDFGHJ',
    'BCDFGHJKL',
    'ABCDFGHJ',
    'BCDFGHJ1',
    'BCDF\u0000GHJK',
    `${' '.repeat(60)}BCDFGHJK`,
  ])('is not read from %j', (typed) => {
    expect(readUserCode(typed)).toBeUndefined();
  });

  it('is not read from what is no text', () => {
    for (const typed of [undefined, null, 7, ['BCDFGHJK'], { length: 8 }])
      expect(readUserCode(typed)).toBeUndefined();
  });
});
