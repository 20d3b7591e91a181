import { describe, expect, it } from '@jest/globals';
import { safeHref } from './links.js';

describe('links', () => {
  it('get the base path when they are local', () => {
    expect(safeHref('/account?x=1', '/auth')).toBe('/auth/account?x=1');
    expect(safeHref('/', '')).toBe('/');
  });

  it('stay when they are web addresses', () => {
    expect(safeHref('https://help.example.com/', '/auth')).toBe('https://help.example.com/');
  });

  it.each(['//evil.example', '/\\evil.example', 'javascript:alert(1)', 'data:text/html,x', 'account', ''])(
    'lead nowhere for %p',
    (href) => {
      expect(safeHref(href, '')).toBeUndefined();
    },
  );
});
