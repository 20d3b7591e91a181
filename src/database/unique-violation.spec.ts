import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { isUniqueViolation } from './unique-violation.js';

const failed = (code: string): Error =>
  new QueryFailedError('INSERT', [], Object.assign(new Error('x'), { code }));

describe('what has to be unique and is there already', () => {
  it('is known from other failures of a statement, and from errors that are none of the database', () => {
    expect(isUniqueViolation(failed('23505'))).toBe(true);
    expect(isUniqueViolation(failed('23503'))).toBe(false);
    expect(isUniqueViolation(Object.assign(new Error('x'), { code: '23505' }))).toBe(false);
    expect(isUniqueViolation(undefined)).toBe(false);
  });
});
