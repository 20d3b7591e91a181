import type { JsonRpcMessage } from './json-rpc-message.js';

/** Where the client says that the request belongs to, as it says it: nobody has checked it. */
export interface ClaimedTrace {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** W3C Trace Context §3.2: version, trace id, parent id, flags; an id is never nothing but zeros. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** §3.3: printable, and 512 characters are as much as anybody must pass on. */
const TRACESTATE = /^[\x20-\x7e]{1,512}$/;

/** `traceparent` and `tracestate` in `_meta`; what has another shape was not said. */
export function claimedTrace({ params }: JsonRpcMessage): ClaimedTrace | undefined {
  const meta = params?.['_meta'];
  if (typeof meta !== 'object' || meta === null) return undefined;
  const { traceparent, tracestate } = meta as Readonly<Record<string, unknown>>;
  if (typeof traceparent !== 'string' || !TRACEPARENT.test(traceparent)) return undefined;
  return {
    traceparent,
    ...(typeof tracestate === 'string' && TRACESTATE.test(tracestate) && { tracestate }),
  };
}
