import { describe, expect, it } from '@jest/globals';
import type { McpRequest } from '../mcp-request.js';
import { plainCall } from './plain-call.js';

const called = (params: string) =>
  plainCall({
    method: 'POST',
    headers: {},
    message: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: JSON.parse(params) as object },
  } as unknown as McpRequest);

describe('a plain call', () => {
  it('has a name and arguments', () => {
    expect(called('{"name":"text","arguments":{"word":"a"}}')).toEqual({
      era: 'legacy',
      id: 1,
      name: 'text',
      args: { word: 'a' },
    });
  });

  it('has no argument called __proto__, which the SDK takes away', () => {
    expect(called('{"name":"text","arguments":{"word":"a","__proto__":{"admin":true}}}')).toBeUndefined();
  });
});
