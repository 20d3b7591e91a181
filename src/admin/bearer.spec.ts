import { describe, expect, it } from '@jest/globals';
import type { AppConfig } from '../config/index.js';
import { bearerChallenge, bearerToken } from './bearer.js';

const config = { origin: 'https://house.test', basePath: '/sso' } as AppConfig;

describe('bearerToken', () => {
  it.each(['Bearer abc.def-_~+/==', 'bearer abc', 'BEARER   abc'])('reads %p', (value) => {
    expect(bearerToken(['authorization', value])).toEqual({ token: value.split(/ +/)[1] });
  });

  it.each([
    [],
    ['x-authorization', 'Bearer abc'],
    ['Authorization', 'Basic abc'],
    ['Authorization', 'Bearerabc'],
  ])('finds none in %p %p', (...headers) => expect(bearerToken(headers)).toBeUndefined());

  it.each(['Bearer', 'Bearer a b', 'Bearer "a"', 'Bearer a,b', `Bearer ${'a'.repeat(20_000)}`])(
    'calls %p malformed',
    (value) => expect(bearerToken(['Authorization', value])).toBe('malformed'),
  );

  it('calls two headers malformed, even when both are the same', () => {
    expect(bearerToken(['Authorization', 'Bearer a', 'authorization', 'Bearer a'])).toBe('malformed');
  });
});

describe('bearerChallenge', () => {
  it('puts the well-known path between the host and the path of the resource', () => {
    expect(bearerChallenge(config, {})).toEqual({
      'WWW-Authenticate':
        'Bearer resource_metadata="https://house.test/.well-known/oauth-protected-resource/sso/admin"',
    });
  });

  it('names the error and the scope', () => {
    const { 'WWW-Authenticate': value } = bearerChallenge(config, {
      error: 'insufficient_scope',
      scope: 'admin:grants',
    });
    expect(value).toMatch(
      /^Bearer error="insufficient_scope", resource_metadata=".*", scope="admin:grants"$/,
    );
  });
});
