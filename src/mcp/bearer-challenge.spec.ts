import { describe, expect, it } from '@jest/globals';
import { bearerChallenge, resourceMetadataUrl } from './bearer-challenge.js';

describe('bearerChallenge', () => {
  it('has no error when none is given', () => {
    expect(bearerChallenge({ resourceMetadata: 'https://a.test/x', scopes: ['mcp:tools:read'] })).toBe(
      'Bearer resource_metadata="https://a.test/x", scope="mcp:tools:read"',
    );
  });

  it('names every scope, separated by spaces', () => {
    const challenge = bearerChallenge({
      error: 'insufficient_scope',
      scopes: ['a', 'b:c'],
      resourceMetadata: 'https://a.test/x',
    });
    expect(challenge).toBe(
      'Bearer error="insufficient_scope", resource_metadata="https://a.test/x", scope="a b:c"',
    );
  });

  it('lets nothing end a quoted string or the line', () => {
    const description = 'a"b\\c\r\nSet-Cookie: x=1\u00e9';
    expect(bearerChallenge({ error: 'invalid_token', description, resourceMetadata: 'u' })).toBe(
      'Bearer error="invalid_token", error_description="abcSet-Cookie: x=1", resource_metadata="u"',
    );
  });
});

describe('resourceMetadataUrl', () => {
  it('inserts the well-known path before the path of the resource', () => {
    expect(resourceMetadataUrl({ origin: 'https://a.test', basePath: '' })).toBe(
      'https://a.test/.well-known/oauth-protected-resource/mcp',
    );
    expect(resourceMetadataUrl({ origin: 'https://a.test', basePath: '/x' })).toBe(
      'https://a.test/.well-known/oauth-protected-resource/x/mcp',
    );
  });
});
