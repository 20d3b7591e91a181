import { describe, expect, it } from '@jest/globals';
import { accessChallenge } from './access-challenge.js';

describe('accessChallenge', () => {
  it('has no error when none is given', () => {
    expect(accessChallenge({ resourceMetadata: 'https://a.test/x', scopes: ['mcp:tools:read'] })).toBe(
      'Bearer resource_metadata="https://a.test/x", scope="mcp:tools:read"',
    );
    expect(accessChallenge({})).toBe('Bearer');
  });

  it('names every scope, separated by spaces', () => {
    const challenge = accessChallenge({
      error: 'insufficient_scope',
      scopes: ['a', 'b:c'],
      resourceMetadata: 'https://a.test/x',
    });
    expect(challenge).toBe(
      'Bearer error="insufficient_scope", resource_metadata="https://a.test/x", scope="a b:c"',
    );
  });

  it('says which algorithms a DPoP proof may have', () => {
    expect(accessChallenge({ scheme: 'DPoP', error: 'invalid_token' })).toBe(
      'DPoP error="invalid_token", algs="ES256 RS256 PS256 EdDSA Ed25519"',
    );
  });

  it('lets nothing end a quoted string or the line', () => {
    const description = 'a"b\\c\r\nSet-Cookie: x=1\u00e9';
    expect(accessChallenge({ error: 'invalid_token', description, resourceMetadata: 'u' })).toBe(
      'Bearer error="invalid_token", error_description="abcSet-Cookie: x=1", resource_metadata="u"',
    );
  });
});
