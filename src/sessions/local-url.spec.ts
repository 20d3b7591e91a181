import { describe, expect, it } from '@jest/globals';
import { localUrl } from './local-url.js';

describe('localUrl', () => {
  it.each(['/', '/account', '/oauth2/authorize?client_id=a&redirect_uri=https%3A%2F%2Fc.test%2Fcb'])(
    'keeps %s',
    (url) => expect(localUrl(url)).toBe(url),
  );

  it.each([
    'https://evil.test',
    '//evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    '/\t/evil.test',
    '/\n/evil.test',
    'javascript:alert(1)',
    'data:text/html,x',
    'account',
    '',
    '/x/..//evil.test',
    ['/a', '/b'],
    undefined,
    `/${'a'.repeat(20_000)}`,
  ])('refuses %p', (url) => expect(localUrl(url)).toBeUndefined());

  it('never lets an encoded slash become a host', () => {
    expect(localUrl('/%2f%2fevil.test')).toBe('/%2f%2fevil.test');
    expect(localUrl('/%09/evil.test')).toBe('/%09/evil.test');
  });
});
