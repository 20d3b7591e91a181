import { describe, expect, it } from '@jest/globals';
import { parseDuration } from './duration.js';

describe('parseDuration', () => {
  it.each([
    ['60s', 60],
    ['10m', 600],
    ['12h', 43_200],
    ['30d', 2_592_000],
  ])('reads %s as %d seconds', (text, seconds) => expect(parseDuration(text)).toBe(seconds));

  it.each(['', '0s', '60', '-1m', '1w', '1.5h', ' 60s', 60, null])('refuses %p', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );
});
