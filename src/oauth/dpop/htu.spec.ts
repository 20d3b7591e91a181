import { describe, expect, it } from '@jest/globals';
import { normalHtu } from './htu.js';

describe('normalHtu', () => {
  it.each([
    ['https://a.test/oauth2/token', 'https://a.test/oauth2/token'],
    ['HTTPS://A.Test:443/oauth2/token', 'https://a.test/oauth2/token'],
    ['http://a.test:80', 'http://a.test/'],
    ['https://a.test/x?y=1#z', 'https://a.test/x'],
    ['https://a.test/./b/../x', 'https://a.test/x'],
    ['https://a.test/%7euser%2fx', 'https://a.test/~user%2Fx'],
    ['http://localhost:3000/mcp', 'http://localhost:3000/mcp'],
  ])('brings %p to %p', (uri, normal) => expect(normalHtu(uri)).toBe(normal));

  it.each([
    '',
    'a.test/x',
    '//a.test/x',
    'ftp://a.test/x',
    'https://',
    'https://u:p@a.test/x',
    ' https://a.test/x',
    'javascript:x',
  ])('knows nothing of %p', (uri) => expect(normalHtu(uri)).toBeUndefined());

  it.each([
    ['https://a.test/x', 'https://a.test/x/'],
    ['https://a.test/x', 'https://a.test/X'],
    ['https://a.test/x', 'https://a.test/%2Fx'],
    ['https://a.test/x', 'http://a.test/x'],
    ['https://a.test/x', 'https://a.test:8443/x'],
    ['https://a.test/x', 'https://a.test.evil.test/x'],
  ])('tells %p from %p', (one, other) => expect(normalHtu(one)).not.toBe(normalHtu(other)));
});
