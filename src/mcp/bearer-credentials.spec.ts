import { describe, expect, it } from '@jest/globals';
import { bearerCredentials } from './bearer-credentials.js';

describe('bearerCredentials', () => {
  it.each(['Bearer abc.DEF-1_2~3+4/5==', 'bearer abc', 'BEARER   abc'])('reads the token of %p', (header) => {
    const token = header.split(/ +/)[1];
    expect(bearerCredentials(['Host', 'x', 'authorization', header])).toEqual({ kind: 'token', token });
  });

  it.each(['Basic YTpi', 'Bearerabc def', 'DPoP abc', ''])('takes %p for no credentials', (header) => {
    expect(bearerCredentials(['Authorization', header])).toEqual({ kind: 'none' });
  });

  it('takes a missing header for no credentials, whatever else is called alike', () => {
    expect(bearerCredentials(['X-Access-Token', 'abc', 'Cookie', 'authorization=Bearer abc'])).toEqual({
      kind: 'none',
    });
  });

  it.each(['Bearer', 'Bearer a b', 'Bearer a,b', 'Bearer a"b', 'Bearer =a', 'Bearer, a'])(
    'calls %p malformed',
    (header) => {
      expect(bearerCredentials(['Authorization', header])).toEqual({
        kind: 'malformed',
        reason: 'malformed_credentials',
      });
    },
  );

  it('sees a second Authorization header, even an equal one', () => {
    const headers = ['Authorization', 'Bearer abc', 'Accept', '*/*', 'authorization', 'Bearer abc'];
    expect(bearerCredentials(headers)).toEqual({ kind: 'malformed', reason: 'duplicate_authorization' });
  });
});
