import { describe, expect, it } from '@jest/globals';
import { recoveryCodeOf } from './recovery-codes.js';

describe('a recovery code', () => {
  it.each([
    '0123-4567-89ab-cdef',
    ' 0123 4567 89AB CDEF ',
    '0123456789abcdef',
    'oi23–4567–89ab–cdef',
    'ol2345678 9abcdef',
  ])('is found in %p', (typed) => expect(recoveryCodeOf(typed)).toBe('0123456789abcdef'));

  it.each([
    '',
    '123456',
    '0123456789abcde',
    '0123456789abcdef0',
    '0123456789abcdeu',
    '-'.repeat(70),
    '0123456789abcd\0f',
  ])('is not found in %p', (typed) => expect(recoveryCodeOf(typed)).toBeUndefined());
});
