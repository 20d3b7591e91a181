import { describe, expect, it } from '@jest/globals';
import { isRegisteredRedirect, redirectKey } from './redirect-uri.js';

const matches = (requested: string, registered: string[]) =>
  isRegisteredRedirect(requested, registered, true);

describe('isRegisteredRedirect', () => {
  it('accepts the registered URI byte for byte', () => {
    expect(matches('https://c.test/cb', ['https://c.test/cb'])).toBe(true);
  });

  it.each([
    'https://c.test/cb/',
    'https://c.test/cb2',
    'https://c.test/c',
    'https://c.test/cb/../x',
    'https://c.test/cb/..;/x',
    'https://c.test/CB',
    'https://C.TEST/cb',
    'https://c.test:443/cb',
    'http://c.test/cb',
    'https://c.test/cb?x=1',
    'https://c.test/cb#',
    'https://c.test/cb%00',
    'https://sub.c.test/cb',
    'https://c.test.evil.test/cb',
    'https://c.test:8443/cb',
  ])('refuses %s where https://c.test/cb is registered', (uri) =>
    expect(matches(uri, ['https://c.test/cb'])).toBe(false),
  );

  it('accepts any port on loopback and nothing else', () => {
    const registered = ['http://127.0.0.1/cb', 'http://[::1]/cb'];
    expect(matches('http://127.0.0.1:5123/cb', registered)).toBe(true);
    expect(matches('http://[::1]:5123/cb', registered)).toBe(true);
    for (const uri of [
      'http://127.0.0.1:5123/other',
      'http://127.0.0.1:5123/cb?x=1',
      'http://127.0.0.2:5123/cb',
      'http://localhost:5123/cb',
      'https://127.0.0.1:5123/cb',
      'http://127.0.0.1:99999/cb',
      'http://127.0.0.1:5123@evil.test/cb',
      'http://127.0.0.1:5123/cb#f',
    ]) {
      expect(matches(uri, registered)).toBe(false);
    }
  });

  it('compares the port too when the policy is off', () => {
    expect(isRegisteredRedirect('http://127.0.0.1:5123/cb', ['http://127.0.0.1/cb'], false)).toBe(false);
  });

  it('remembers consent for a loopback URI without its port', () => {
    expect(redirectKey('http://localhost:5123/cb?x=1')).toBe('http://localhost/cb?x=1');
    expect(redirectKey('https://c.test/cb')).toBe('https://c.test/cb');
  });
});
