import { McpRefusal, RpcCode, type JsonRpcId } from './mcp-refusal.js';

/** One JSON-RPC request or notification (without `id`), checked in shape only. */
export interface JsonRpcMessage {
  readonly jsonrpc: '2.0';
  readonly id?: string | number;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** The answer of a client to a request of the server, checked in shape only. */
export interface JsonRpcAnswer {
  readonly jsonrpc: '2.0';
  readonly id: string | number;
  readonly result?: unknown;
  readonly error?: unknown;
}

const MAX_DEPTH = 100;
const MAX_NAME = 256;
const MEMBERS = new Set(['jsonrpc', 'id', 'method', 'params']);
const ANSWER_MEMBERS = new Set(['jsonrpc', 'id', 'result', 'error']);
const BOM = '\ufeff';
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads what a request body has: one message, or, where somebody may have been asked something, one answer.
 * @throws McpRefusal with 400
 */
export function parseBody(
  bytes: Uint8Array,
  { answers }: { readonly answers: boolean },
): JsonRpcMessage | JsonRpcAnswer {
  const value = parsed(bytes);
  return answers && isAnswer(value) ? value : checked(value);
}

export function isMessage(body: JsonRpcMessage | JsonRpcAnswer): body is JsonRpcMessage {
  return 'method' in body;
}

/**
 * Reads the one message of a request body. Batches are refused before they are parsed: MCP removed them, and each
 * message of one would pass checks made for the first.
 * @throws McpRefusal with 400
 */
export function parseMessage(bytes: Uint8Array): JsonRpcMessage {
  return checked(parsed(bytes));
}

function parsed(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  if (/^[\ufeff \t\r\n]*\[/.test(text)) throw invalid('batch_refused', 'JSON-RPC batches are not supported');
  // RFC 8259 §8.1: a byte order mark must not be sent.
  if (text.startsWith(BOM)) throw unparsable('byte_order_mark');
  if (depthOf(text) > MAX_DEPTH)
    throw invalid('nesting_too_deep', `The body is nested deeper than ${MAX_DEPTH} levels`);
  return parseJson(text);
}

function isAnswer(value: unknown): value is JsonRpcAnswer {
  if (typeof value !== 'object' || value === null || 'method' in value) return false;
  const { jsonrpc, id } = value as Record<string, unknown>;
  return (
    jsonrpc === '2.0' &&
    validId(id) !== undefined &&
    'result' in value !== 'error' in value &&
    Object.keys(value).every((member) => ANSWER_MEMBERS.has(member))
  );
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw unparsable('invalid_utf8', error);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unparsable('invalid_json', error);
  }
}

function checked(value: unknown): JsonRpcMessage {
  if (typeof value !== 'object' || value === null)
    throw invalid('not_an_object', 'A JSON-RPC message is an object');
  const message = value as Record<string, unknown>;
  const id = validId(message['id']);
  const fail = (reason: string, text: string) => invalid(reason, text, id ?? null);
  if (message['jsonrpc'] !== '2.0') throw fail('invalid_jsonrpc_version', 'jsonrpc must be "2.0"');
  if (!('method' in message) && ('result' in message || 'error' in message)) {
    throw invalid('response_posted', 'Responses cannot be posted to this endpoint');
  }
  if ('id' in message && id === undefined) throw invalid('invalid_id', 'id must be a string or an integer');
  if (Object.keys(message).some((member) => !MEMBERS.has(member)))
    throw fail('unknown_member', 'Unknown message member');
  const { method, params } = message;
  if (typeof method !== 'string' || method === '' || method.length > MAX_NAME) {
    throw fail('invalid_method', 'method must be a short string');
  }
  if (params !== undefined && (typeof params !== 'object' || params === null || Array.isArray(params))) {
    throw new McpRefusal({
      status: 400,
      code: RpcCode.InvalidParams,
      reason: 'invalid_params',
      message: 'params must be an object',
      id: id ?? null,
    });
  }
  return value as JsonRpcMessage;
}

/** MCP: an id is a string or an integer, never null. Bounded, because it is echoed. */
function validId(id: unknown): string | number | undefined {
  if (typeof id === 'string') return id.length <= MAX_NAME ? id : undefined;
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : undefined;
}

/** Nesting depth of a JSON text, told without parsing it. */
export function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (inString) {
      if (char === 0x5c) at++;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (char === 0x7d || char === 0x5d) depth--;
  }
  return deepest;
}

function invalid(reason: string, message: string, id: JsonRpcId = null): McpRefusal {
  return new McpRefusal({ status: 400, code: RpcCode.InvalidRequest, reason, message, id });
}

function unparsable(reason: string, cause?: unknown): McpRefusal {
  const answer = { status: 400, code: RpcCode.ParseError, reason, message: 'Parse error', id: null };
  return new McpRefusal(answer, { cause });
}
