import { describe, expect, it } from '@jest/globals';
import { isDocumentUrl, isUrlShaped } from './document-url.js';

describe('isDocumentUrl', () => {
  it.each([
    'https://c.test/cimd.json',
    'https://c.test/',
    'https://c.test:8443/a',
    'https://c.test/a?x=1',
    'https://c.test/a/b/.well-known/oauth/client-metadata.json',
    'https://c.test/a..b/...',
    'https://c.test/%20a',
    'https://xn--nxasmq6b.test/a',
    'https://93.184.216.34/a',
    'https://[2606:4700::1]/a',
    'http://127.0.0.1:3000/a',
    `https://c.test/${'a'.repeat(2_033)}`,
  ])('takes %s', (id) => expect(isDocumentUrl(id)).toBe(true));

  it.each([
    ['no path', 'https://c.test'],
    ['no path, but a query', 'https://c.test?x=1'],
    ['a fragment', 'https://c.test/a#f'],
    ['an empty fragment', 'https://c.test/a#'],
    ['user information', 'https://u:p@c.test/a'],
    ['a user', 'https://u@c.test/a'],
    ['an empty user', 'https://@c.test/a'],
    ['a dot segment', 'https://c.test/./a'],
    ['a double-dot segment', 'https://c.test/../a'],
    ['a dot segment at the end', 'https://c.test/a/.'],
    ['a double-dot segment at the end', 'https://c.test/a/..'],
    ['an encoded double-dot segment', 'https://c.test/%2e%2e/a'],
    ['an encoded double-dot segment in upper case', 'https://c.test/%2E%2E/a'],
    ['a half-encoded double-dot segment', 'https://c.test/.%2e/a'],
    ['an encoded dot segment', 'https://c.test/a/%2e'],
    ['the host in upper case', 'https://C.TEST/a'],
    ['the scheme in upper case', 'HTTPS://c.test/a'],
    ['the default port', 'https://c.test:443/a'],
    ['an empty port', 'https://c.test:/a'],
    ['a trailing dot', 'https://c.test./a'],
    ['another scheme', 'ftp://c.test/a'],
    ['no scheme', '//c.test/a'],
    ['one slash', 'https:/c.test/a'],
    ['three slashes', 'https:///c.test/a'],
    ['a backslash', 'https://c.test\\a'],
    ['a backslash in the path', 'https://c.test/a\\..\\b'],
    ['a space', 'https://c.test/a b'],
    ['a leading space', ' https://c.test/a'],
    ['a tab', 'https://c.te\tst/a'],
    ['a line break', 'https://c.test/a\r\nX: y'],
    ['NUL', 'https://c.test/a\0'],
    ['a wildcard host', 'https://*.c.test/a'],
    ['broken percent-encoding', 'https://c.test/%zz'],
    ['characters outside ASCII', 'https://c.test/ä'],
    ['a host outside ASCII', 'https://ç.test/a'],
    ['an address written in hex', 'https://0x7f000001/a'],
    ['an address written as a number', 'https://2130706433/a'],
    ['an address written short', 'https://127.1/a'],
    ['too many characters', `https://c.test/${'a'.repeat(2_034)}`],
    ['nothing', ''],
  ])('refuses %s', (_what, id) => expect(isDocumentUrl(id)).toBe(false));
});

describe('isUrlShaped', () => {
  it.each(['https://c.test/a', 'HTTPS:x', 'http://c.test'])('knows %s', (id) =>
    expect(isUrlShaped(id)).toBe(true),
  );
  it.each(['gh_c_abc', 'ops', 'ftp://c.test/a', ''])('passes over %p', (id) =>
    expect(isUrlShaped(id)).toBe(false),
  );
});
