import { describe, expect, it } from '@jest/globals';
import { isChallenge, isVerifier, verifierMatches } from './pkce.js';

describe('PKCE', () => {
  it('verifies the example of RFC 7636 appendix B', () => {
    expect(
      verifierMatches(
        'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
        'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      ),
    ).toBe(true);
  });

  it('refuses another verifier, and the challenge itself as verifier', () => {
    const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    expect(verifierMatches('a'.repeat(43), challenge)).toBe(false);
    expect(verifierMatches(challenge, challenge)).toBe(false);
  });

  it.each([
    'a'.repeat(42),
    'a'.repeat(129),
    `${'a'.repeat(42)}+`,
    `${'a'.repeat(42)}/`,
    `${'a'.repeat(42)}=`,
    `${'a'.repeat(42)} `,
    `${'a'.repeat(42)}é`,
  ])('refuses the malformed verifier %p', (verifier) => expect(isVerifier(verifier)).toBe(false));

  it.each(['', 'a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(42)}=`, `${'a'.repeat(42)}+`])(
    'refuses the malformed challenge %p',
    (challenge) => expect(isChallenge(challenge)).toBe(false),
  );
});
