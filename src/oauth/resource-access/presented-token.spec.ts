import { describe, expect, it } from '@jest/globals';
import { presentedToken } from './presented-token.js';

describe('presentedToken', () => {
  it.each([
    ['Bearer abc.DEF-1_2~3+4/5==', 'Bearer'],
    ['bearer abc', 'Bearer'],
    ['BEARER   abc', 'Bearer'],
    ['DPoP abc', 'DPoP'],
    ['dpop  abc.def', 'DPoP'],
  ])('reads the token of %p', (header, scheme) => {
    const token = header.split(/ +/)[1];
    expect(presentedToken(['Host', 'x', 'authorization', header])).toEqual({ kind: 'token', scheme, token });
  });

  it.each(['Basic YTpi', 'Bearerabc def', 'DPoPabc def', 'Negotiate abc', ''])(
    'takes %p for no credentials',
    (header) => expect(presentedToken(['Authorization', header])).toEqual({ kind: 'none' }),
  );

  it('takes a missing header for no credentials, whatever else is called alike', () => {
    expect(presentedToken(['X-Access-Token', 'abc', 'Cookie', 'authorization=Bearer abc'])).toEqual({
      kind: 'none',
    });
  });

  it.each([
    ['Bearer', 'Bearer'],
    ['Bearer a b', 'Bearer'],
    ['Bearer a,b', 'Bearer'],
    ['Bearer a"b', 'Bearer'],
    ['Bearer =a', 'Bearer'],
    ['Bearer, a', 'Bearer'],
    ['DPoP', 'DPoP'],
    ['DPoP a b', 'DPoP'],
  ])('calls %p malformed', (header, scheme) => {
    expect(presentedToken(['Authorization', header])).toEqual({
      kind: 'malformed',
      scheme,
      reason: 'malformed_credentials',
    });
  });

  it('sees a second Authorization header, even an equal one', () => {
    const headers = ['Authorization', 'Bearer abc', 'Accept', '*/*', 'authorization', 'Bearer abc'];
    expect(presentedToken(headers)).toEqual({
      kind: 'malformed',
      scheme: 'Bearer',
      reason: 'duplicate_authorization',
    });
  });
});
