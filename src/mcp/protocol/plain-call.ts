import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  isSpecType,
  PROTOCOL_VERSION_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
  type CallToolResult,
  type ClientCapabilities,
} from '@modelcontextprotocol/server';
import type { McpRequest } from '../mcp-request.js';

/** A `tools/call` that leaves nothing to negotiate, notify or refuse. */
export interface PlainCall {
  readonly era: 'modern' | 'legacy';
  readonly id: string | number;
  readonly name: string;
  readonly args: unknown;
  readonly capabilities?: ClientCapabilities;
}

type Members = Readonly<Record<string, unknown>>;

const MODERN = '2026-07-28';
const RESERVED = 'io.modelcontextprotocol/';
const PARAMS = new Set(['name', 'arguments', '_meta']);
const ENVELOPE = new Set<string>([
  PROTOCOL_VERSION_META_KEY,
  CLIENT_INFO_META_KEY,
  CLIENT_CAPABILITIES_META_KEY,
]);

/** What a request is when it is nothing but a call; `undefined` for everything that the SDK has to look at. */
export function plainCall({ method, headers, message }: McpRequest): PlainCall | undefined {
  if (method !== 'POST' || message?.method !== 'tools/call' || message.id === undefined) return undefined;
  const params = message.params ?? {};
  const { name, arguments: args, _meta: meta = {} } = params;
  if (typeof name !== 'string' || !Object.keys(params).every((member) => PARAMS.has(member)))
    return undefined;
  // The SDK takes an argument called `__proto__` away, so that it is neither heard nor recorded.
  if (args !== undefined && (!isMembers(args) || Object.hasOwn(args, '__proto__'))) return undefined;
  if (!isMembers(meta) || headers['mcp-session-id'] !== undefined) return undefined;
  const version = headers['mcp-protocol-version'];
  const call = { id: message.id, name, args };
  if (version !== MODERN) return isLegacy(version, headers, meta) ? { ...call, era: 'legacy' } : undefined;
  const names = headers['mcp-method'] === 'tools/call' && headers['mcp-name'] === name;
  const capabilities = names ? declared(meta) : undefined;
  return capabilities && { ...call, era: 'modern', capabilities };
}

/** Whether a result is of the kind that most tools give: text, and what was checked against the tool's schema. */
export function isPlainResult(result: CallToolResult): boolean {
  const { content, structuredContent, isError, ...others } = result;
  if (Object.keys(others).length > 0 || content.length !== 1) return false;
  if (isError !== undefined && typeof isError !== 'boolean') return false;
  if (structuredContent !== undefined && !isMembers(structuredContent)) return false;
  const block = content[0]!;
  return block.type === 'text' && typeof block.text === 'string' && Object.keys(block).length === 2;
}

function isLegacy(version: unknown, headers: McpRequest['headers'], meta: Members): boolean {
  return (
    (version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(version as string)) &&
    headers['mcp-method'] === undefined &&
    headers['mcp-name'] === undefined &&
    !Object.keys(meta).some(asksMore)
  );
}

/** What the envelope declares, where it says nothing else. */
function declared(meta: Members): ClientCapabilities | undefined {
  if (meta[PROTOCOL_VERSION_META_KEY] !== MODERN) return undefined;
  if (Object.keys(meta).some((name) => asksMore(name) && !ENVELOPE.has(name))) return undefined;
  const client = meta[CLIENT_INFO_META_KEY];
  if (client !== undefined && !isSpecType.Implementation(client)) return undefined;
  const capabilities = meta[CLIENT_CAPABILITIES_META_KEY];
  if (!isMembers(capabilities)) return undefined;
  return isEmpty(capabilities) || isSpecType.ClientCapabilities(capabilities)
    ? (capabilities as ClientCapabilities)
    : undefined;
}

/** Of members of `_meta`: progress, logging, tasks, and whatever the protocol may add. */
const asksMore = (name: string): boolean => name === 'progressToken' || name.startsWith(RESERVED);

const isEmpty = (value: Members): boolean => Object.keys(value).length === 0;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
