import { describe, expect, it } from '@jest/globals';
import { isAuthoritative } from './authority.js';

describe('isAuthoritative', () => {
  it.each([
    ['ann@example.com', ['example.com']],
    ['ann@EXAMPLE.com', ['example.com']],
    ['ann@example.com', [' Example.COM ']],
    ['ann@bücher.example', ['xn--bcher-kva.example']],
    ['"a@b"@example.com', ['other.org', 'example.com']],
  ])('knows %s in %p', (email, domains) => expect(isAuthoritative(domains, email)).toBe(true));

  it.each([
    ['ann@sub.example.com', ['example.com']],
    ['ann@example.com', ['sub.example.com']],
    ['ann@notexample.com', ['example.com']],
    ['ann@example.com.evil.test', ['example.com']],
    ['ann@example.com@evil.test', ['example.com']],
    ['ann@example.com', []],
    ['ann@example.com', ['']],
    ['ann', ['ann']],
    ['@example.com', ['example.com']],
    ['ann@', ['']],
    ['', ['']],
  ])('does not take %s for one of %p', (email, domains) =>
    expect(isAuthoritative(domains, email)).toBe(false),
  );
});
