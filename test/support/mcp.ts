import { post, type HttpResponse } from './http.js';
import type { TestServer } from './server.js';

export interface McpAnswer {
  status: number;
  /** The challenge of a 401 or 403. */
  challenge: string | undefined;
  // Tools answer what they like; each test states what it expects.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  result: any;
  error: { code: number; message: string; data?: unknown } | undefined;
  response: HttpResponse;
}

/** A caller that sends more than a token. */
export interface McpCaller {
  token?: string;
  headers?: Record<string, string>;
  protocolVersion?: string;
  id?: number | string;
}

/** One JSON-RPC request to /mcp as a client of the 2025-11-25 revision sends it; without a token when that is undefined. */
export async function mcpCall(
  server: TestServer,
  caller: string | undefined | McpCaller,
  method: string,
  params: object = {},
): Promise<McpAnswer> {
  const {
    token,
    headers,
    protocolVersion = '2025-11-25',
    id = 1,
  } = typeof caller === 'string' ? { token: caller } : (caller ?? {});
  const response = await post(`${server.base}/mcp`, {
    headers: {
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': protocolVersion,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    json: { jsonrpc: '2.0', id, method, params },
  });
  const message = messagesOf(response).find((each) => each['id'] === id) ?? {};
  return {
    status: response.status,
    challenge: response.headers['www-authenticate'],
    result: message['result'],
    error: message['error'] as McpAnswer['error'],
    response,
  };
}

/** tools/call */
export function callTool(
  server: TestServer,
  caller: string | undefined | McpCaller,
  name: string,
  args: object = {},
): Promise<McpAnswer> {
  return mcpCall(server, caller, 'tools/call', { name, arguments: args });
}

/** The JSON-RPC messages of an answer, whether it came as JSON or as server-sent events. */
export function messagesOf(response: HttpResponse): Record<string, unknown>[] {
  const type = response.headers['content-type'] ?? '';
  if (type.startsWith('text/event-stream')) {
    const lines = response.text.split(/\r?\n/).filter((line) => line.startsWith('data:'));
    return lines
      .map((line) => line.slice(5).trim())
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
  if (!type.includes('json')) return [];
  return [response.json<Record<string, unknown>>()].flat();
}
