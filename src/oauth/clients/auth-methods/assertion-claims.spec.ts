import { describe, expect, it } from '@jest/globals';
import { assertionClaims } from './assertion-claims.js';

const now = 1_800_000_000;
const expected = { clientId: 'app', audiences: ['https://house.test'], now };
const good = { iss: 'app', sub: 'app', aud: 'https://house.test', exp: now + 60, iat: now, jti: 'j' };
const judge = (over: object) => assertionClaims({ ...good, ...over }, expected);

describe('assertionClaims', () => {
  it.each([
    {},
    { aud: ['https://house.test'] },
    { iat: undefined },
    { nbf: now },
    { nbf: now + 30 },
    { iat: now + 30 },
    { iat: now - 86_400 },
    { exp: now + 330 },
    { exp: now + 0.5 },
    { jti: 'j'.repeat(512) },
  ])('takes %j', (over) => expect(judge(over)).toMatchObject({ jti: expect.any(String) }));

  it.each([
    ['assertion_wrong_issuer', { iss: 'other' }],
    ['assertion_wrong_issuer', { iss: undefined }],
    ['assertion_wrong_issuer', { iss: ['app'] }],
    ['assertion_wrong_subject', { sub: 'other' }],
    ['assertion_wrong_subject', { sub: undefined }],
    ['assertion_wrong_audience', { aud: undefined }],
    ['assertion_wrong_audience', { aud: [] }],
    ['assertion_wrong_audience', { aud: ['https://house.test', 'https://other.test'] }],
    ['assertion_wrong_audience', { aud: ['https://house.test', 'https://house.test'] }],
    ['assertion_wrong_audience', { aud: [['https://house.test']] }],
    ['assertion_wrong_audience', { aud: 'https://house.test/' }],
    ['assertion_wrong_audience', { aud: 'https://house.test/oauth2/token' }],
    ['assertion_wrong_audience', { aud: 'HTTPS://house.test' }],
    ['assertion_wrong_audience', { aud: { 0: 'https://house.test' } }],
    ['assertion_without_expiry', { exp: undefined }],
    ['assertion_without_expiry', { exp: String(now + 60) }],
    ['assertion_without_expiry', { exp: null }],
    ['assertion_expired', { exp: now }],
    ['assertion_expired', { exp: now - 1 }],
    ['assertion_expired', { exp: -1 }],
    ['assertion_lives_too_long', { exp: now + 331 }],
    ['assertion_lives_too_long', { exp: 1e308 }],
    ['assertion_of_the_future', { nbf: now + 31 }],
    ['assertion_of_the_future', { iat: now + 31 }],
    ['assertion_of_the_future', { iat: 'now' }],
    ['assertion_of_the_future', { nbf: null }],
    ['assertion_without_id', { jti: undefined }],
    ['assertion_without_id', { jti: '' }],
    ['assertion_without_id', { jti: 7 }],
    ['assertion_without_id', { jti: 'j'.repeat(513) }],
  ] as const)('says %s of %j', (reason, over) => expect(judge(over)).toBe(reason));
});
