import { describe, expect, it } from '@jest/globals';
import { redacted } from './redacted.js';

describe('what a tool redacts', () => {
  it('is hidden where its path leads, through lists, and nowhere else', () => {
    const args = {
      body: 'x',
      to: [{ iban: 'DE1', name: 'Ada' }, { iban: { a: 1 } }],
      iban: 'kept',
      'to.iban': 'kept',
    };
    expect(redacted(args, ['body', 'to.iban'])).toEqual({
      body: '[redacted]',
      to: [{ iban: '[redacted]', name: 'Ada' }, { iban: '[redacted]' }],
      iban: 'kept',
      'to.iban': 'kept',
    });
  });

  it('is all that is given, when it is not what the schema says', () => {
    expect(redacted({ to: 'a word' }, ['to.iban'])).toEqual({ to: '[redacted]' });
    expect(redacted(null, ['body'])).toBeNull();
  });
});
