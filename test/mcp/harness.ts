import { connect, opsClient, tokenRequest, tokensOf, type Connection } from '../support/actors.js';
import { post, request, type HttpResponse, type RequestOptions } from '../support/http.js';
import { callTool, messagesOf, type McpAnswer } from '../support/mcp.js';
import type { TestServer } from '../support/server.js';

export const MODERN = '2026-07-28';
export const PRODUCT = { name: 'harness', version: '1.0.0' };

/** `_meta` of a request of the 2026-07-28 revision. */
export const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': PRODUCT,
};

export const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

export type Era = 'legacy' | 'modern';
export const ERAS: Era[] = ['legacy', 'modern'];

export interface Sent {
  status: number;
  headers: HttpResponse['headers'];
  challenge: string | undefined;
  /** The last message of the answer: the response. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  message: any;
  response: HttpResponse;
}

/** Sends anything to /mcp with the headers of a well-behaved client, over which `options` go. */
export async function send(
  server: TestServer,
  token: string | undefined,
  body: unknown,
  options: { method?: string; path?: string; headers?: Record<string, string | string[]> } = {},
): Promise<Sent> {
  const { method = 'POST', path = '/mcp', headers } = options;
  const outgoing: RequestOptions = {
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && {
      body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
    }),
  };
  const response = await request(method, `${server.base}${path}`, outgoing);
  return {
    status: response.status,
    headers: response.headers,
    challenge: response.headers['www-authenticate'],
    message: response.text === '' ? undefined : messagesOf(response).at(-1),
    response,
  };
}

export interface Asker {
  server: TestServer;
  token: string;
  era: Era;
}

export const as = (server: TestServer, token: string, era: Era): Asker => ({ server, token, era });

/** A request as a client of the era sends it. */
export function ask(
  { server, token, era }: Asker,
  method: string,
  params: Record<string, unknown> = {},
): Promise<Sent> {
  const name = params['name'] ?? params['uri'];
  const modern = era === 'modern';
  const modernHeaders = {
    'mcp-protocol-version': MODERN,
    'mcp-method': method,
    ...(typeof name === 'string' && { 'mcp-name': name }),
  };
  const meta = { ...(modern && ENVELOPE), ...(params['_meta'] as object | undefined) };
  const body = { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } };
  return send(server, token, body, {
    headers: modern ? modernHeaders : { 'mcp-protocol-version': '2025-11-25' },
  });
}

export const call = (asker: Asker, name: string, args: object = {}): Promise<Sent> =>
  ask(asker, 'tools/call', { name, arguments: args });

/** The text of a tool's result. */
export const textOf = ({ message }: Sent): string => String(message?.result?.content?.[0]?.text);

/** A person's connection with these scopes. */
export async function personToken(server: TestServer, scope: string): Promise<string> {
  return (await personConnection(server, scope)).tokens.access_token;
}

export const personConnection = (server: TestServer, scope: string): Promise<Connection> =>
  connect(server, { scope });

/** The operators' client at the MCP resource. */
export async function opsToken(server: TestServer, scope = 'admin:audit admin:grants'): Promise<string> {
  const form = { grant_type: 'client_credentials', resource: `${server.url}/mcp`, scope };
  return tokensOf(await tokenRequest(server, opsClient(), form)).access_token;
}

export interface AuditEvent {
  event_id: string;
  type: string;
  outcome: { result: string; reason_code?: string; http_status?: number };
  tool?: { name: string; phase: string; decision_id?: string; is_error?: boolean; args_bytes?: number };
  authz?: { required: string[]; granted: string[]; missing: string[] };
  token?: { jti?: string };
  client_id?: string;
  user_id?: string;
  grant_id?: string;
  timing?: { total_ms: number };
  details?: Record<string, unknown>;
}

/** Listens as a client of 2026-07-28; answers how to wait for a message. */
export async function listening(on: TestServer, token: string): Promise<(text: string) => Promise<boolean>> {
  const method = 'subscriptions/listen';
  const params = { notifications: { toolsListChanged: true }, _meta: ENVELOPE };
  const response = await fetch(`${on.base}/mcp`, {
    method: 'POST',
    headers: {
      ...{ accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
      ...{ 'mcp-protocol-version': MODERN, 'mcp-method': method, authorization: `Bearer ${token}` },
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(10_000),
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let read = (await reader.read()).value ?? '';
  return async (text) => {
    while (!read.includes(text)) {
      const { value, done } = await reader.read().catch(() => ({ value: undefined, done: true }));
      if (done) return false;
      read += value ?? '';
    }
    await reader.cancel();
    return true;
  };
}

/** Audit events as an operator finds them, newest first. */
export async function audit(server: TestServer, filter: Record<string, unknown> = {}): Promise<AuditEvent[]> {
  const answer: McpAnswer = await callTool(server, await opsToken(server), 'audit_search', {
    limit: 50,
    ...filter,
  });
  return (JSON.parse(answer.result.content[0].text) as { events: AuditEvent[] }).events;
}

export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

/** Posts to an endpoint that takes a form, such as /oauth2/revoke, as a public client. */
export function revoke(server: TestServer, clientId: string, token: string): Promise<HttpResponse> {
  return post(`${server.base}/oauth2/revoke`, { form: { token, client_id: clientId } });
}

/** What an answer must not show: stacks, statements, files, addresses. */
export const LEAK =
  /\bat \S+ \(|node_modules|SELECT |\.ts:\d|\.js:\d|relation "|password|ECONN|:\d{4,5}\b.*refused/i;
