import { describe, expect, it } from '@jest/globals';
import { OAuthError } from '../oauth-error.js';
import { checkRedirectUri } from './redirect-uri-rules.js';

const rules = { privateSchemes: ['cursor', 'vscode'], publicClient: true };

describe('checkRedirectUri', () => {
  it.each([
    'https://c.test/cb',
    'https://c.test:8443/cb?tenant=1',
    'http://127.0.0.1:33418/',
    'http://localhost/callback',
    'http://[::1]:5000/cb',
    'cursor://anysphere.cursor-mcp/oauth/callback',
  ])('accepts %s as it is', (uri) => expect(checkRedirectUri(uri, rules)).toBe(uri));

  it('stores a loopback URI without a path with a slash', () => {
    expect(checkRedirectUri('http://127.0.0.1:33418', rules)).toBe('http://127.0.0.1:33418/');
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'blob:https://x/y',
    'file:///etc/passwd',
    'http://evil.test/cb',
    'http://127.0.0.2/cb',
    'http://localhost.evil.test/cb',
    'http://127.0.0.1:99999/cb',
    'http://127.0.0.1:5123@evil.test/cb',
    'https://u:p@c.test/cb',
    'https://c.test/cb#f',
    'https://c.test/cb#',
    'https://*.c.test/cb',
    'https://c.test/*',
    '//c.test/cb',
    '/cb',
    '',
    'https://c.test\\@evil.test',
    'https://c.test/cb\r\nSet-Cookie:x=1',
    'https:///c.test',
    'https:c.test/cb',
    'HTTPS://c.test/cb',
    `https://c.test/${'a'.repeat(3000)}`,
    'https://c.test/cb?code=1',
    'https://c.test/cb?state=1',
    'https://c.test/cb?iss=1',
    'https://c.test/cb?error=1',
    'com.example.app:/cb',
  ])('refuses %p', (uri) => expect(() => checkRedirectUri(uri, rules)).toThrow(OAuthError));

  it('refuses a private-use scheme for a confidential client', () => {
    expect(() => checkRedirectUri('cursor://x/cb', { ...rules, publicClient: false })).toThrow(OAuthError);
  });
});
