import { ProtocolError } from '@modelcontextprotocol/server';
import { RpcCode } from '../mcp-refusal.js';

/** Every list has one page. @throws ProtocolError for a cursor, which this server gave nobody */
export function expectNoCursor(params: { readonly cursor?: string | undefined } | undefined): void {
  if (params?.cursor !== undefined)
    throw new ProtocolError(RpcCode.InvalidParams, 'Unknown cursor: the list has one page');
}
