import { describe, expect, it } from '@jest/globals';
import { claimedTrace } from './trace-context.js';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01';
const read = (_meta: unknown) =>
  claimedTrace({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta } });

describe('The trace a client says it is in', () => {
  it('is what `_meta` has', () => {
    expect(read({ traceparent, tracestate: 'vendor=1,other=2' })).toEqual({
      traceparent,
      tracestate: 'vendor=1,other=2',
    });
    expect(read({ traceparent })).toEqual({ traceparent });
  });

  it.each([
    undefined,
    null,
    'text',
    {},
    { tracestate: 'a=1' },
    { traceparent: 7 },
    { traceparent: [traceparent] },
    { traceparent: traceparent.toUpperCase() },
    { traceparent: `${traceparent}\n` },
    { traceparent: `ff${traceparent.slice(2)}` },
    { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` },
    { traceparent: `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01` },
    { traceparent: 'x'.repeat(100_000) },
  ])('is nothing when it is not one: %#', (meta) => {
    expect(read(meta)).toBeUndefined();
  });

  it.each(['', 'a=\u0000', 'ä=1', 'x'.repeat(513), 7])('has no state of another shape: %#', (tracestate) => {
    expect(read({ traceparent, tracestate })).toEqual({ traceparent });
  });
});
