import {
  isSpecType,
  ProtocolError,
  ResourceNotFoundError,
  type ReadResourceResult,
} from '@modelcontextprotocol/server';
import type { RegisteredResource, RegisteredTemplate } from '../items/resource-item.js';
import { RpcCode } from '../mcp-refusal.js';
import { measured, stringify, UnusableResult, type Serving } from './serving.js';

const JSON_TYPE = 'application/json';

/** `uri` is the one that was asked for, which a template does not know. */
export function resourcesAt(
  uri: string,
): Serving<RegisteredResource | RegisteredTemplate, ReadResourceResult> {
  return {
    kind: 'resource',
    resultOf: ({ mimeType, cache }, returned) =>
      measured({ ...contentsOf(uri, mimeType, returned), ...cache }),
    isError: () => false,
    failed: (text) => {
      throw new ProtocolError(RpcCode.InternalError, text);
    },
    unknown: () => new ResourceNotFoundError(uri),
  };
}

function contentsOf(uri: string, mimeType: string | undefined, returned: unknown): ReadResourceResult {
  if (typeof returned === 'object' && returned !== null && 'contents' in returned) {
    if (!isSpecType.ReadResourceResult(returned)) throw new UnusableResult('invalid_result');
    return returned;
  }
  if (returned instanceof Uint8Array) {
    const blob = Buffer.from(returned).toString('base64');
    return { contents: [{ uri, ...(mimeType && { mimeType }), blob }] };
  }
  if (typeof returned === 'string')
    return { contents: [{ uri, ...(mimeType && { mimeType }), text: returned }] };
  return { contents: [{ uri, mimeType: mimeType ?? JSON_TYPE, text: stringify(returned ?? null) }] };
}
