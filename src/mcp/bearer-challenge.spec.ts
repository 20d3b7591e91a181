import { describe, expect, it } from '@jest/globals';
import { resourceMetadataUrl } from './bearer-challenge.js';

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
