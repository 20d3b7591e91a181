import { PROTOCOL_VERSION_META_KEY, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import { cleanText } from '../audit/index.js';
import type { JsonRpcMessage } from './json-rpc-message.js';
import { McpRefusal, RpcCode } from './mcp-refusal.js';

const SERVED = ['2026-07-28', ...SUPPORTED_PROTOCOL_VERSIONS];

/**
 * Refuses a protocol version nobody speaks. Only for messages that name their version in the header alone: where the
 * body names one too, the SDK compares the two, and `initialize` negotiates.
 * @throws McpRefusal with 400
 */
export function checkProtocolVersion(header: string | undefined, message: JsonRpcMessage): void {
  if (header === undefined || SERVED.includes(header.trim()) || message.method === 'initialize') return;
  const meta = message.params?.['_meta'];
  if (typeof meta === 'object' && meta !== null && PROTOCOL_VERSION_META_KEY in meta) return;
  throw new McpRefusal({
    status: 400,
    code: RpcCode.UnsupportedProtocolVersion,
    reason: 'unsupported_protocol_version',
    message: 'Unsupported protocol version',
    data: { supported: SERVED, requested: cleanText(header).slice(0, 64) },
  });
}
