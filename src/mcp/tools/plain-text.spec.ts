import { describe, expect, it } from '@jest/globals';
import { containing, plainText } from './plain-text.js';

describe('plainText', () => {
  it.each(['a', 'é😀', 'two\nlines'])('accepts %p', (text) => {
    expect(plainText(1, 10).safeParse(text).success).toBe(true);
  });

  it.each(['', 'a\0b', '\ud800', 'x\udc00', '12345678901'])('refuses %p', (text) => {
    expect(plainText(1, 10).safeParse(text).success).toBe(false);
  });
});

describe('containing', () => {
  it('takes the wildcards of LIKE literally', () => {
    expect(containing('50%_\\')).toBe('%50\\%\\_\\\\%');
  });
});
