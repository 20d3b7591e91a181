import {
  ProtocolError,
  WebStandardStreamableHTTPServerTransport,
  type McpHandlerRequestOptions,
  type Server,
  type ServerEvent,
} from '@modelcontextprotocol/server';
import type { VerifiedToken } from '../../oauth/index.js';
import { MAX_URI } from '../items/resource-item.js';
import { RpcCode } from '../mcp-refusal.js';

/** A session is kept in memory, and URIs are the client's. */
const MOST_SUBSCRIPTIONS = 1_000;

/** What ends a session, and who may use it: the same person through the same client and grant, and nobody else. */
export const ownerOf = ({ subject, clientId, grantId, apiKey, jti }: VerifiedToken): string =>
  JSON.stringify([subject, clientId, grantId ?? (apiKey ? jti : null)]);

/** A session of the 2025 revisions of MCP, in the memory of this process. */
export class LegacySession {
  readonly owner: string;
  readonly openedAt = Date.now();
  private readonly subscriptions = new Set<string>();
  private usedAt = Date.now();
  private inUse = 0;

  private constructor(
    readonly id: string,
    /** By which it can be ended. */
    readonly token: VerifiedToken,
    private readonly server: Server,
    private readonly transport: WebStandardStreamableHTTPServerTransport,
  ) {
    this.owner = ownerOf(token);
    server.setRequestHandler('resources/subscribe', ({ params: { uri } }) => {
      this.expectRoom(uri);
      this.subscriptions.add(uri);
      return {};
    });
    server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
      this.subscriptions.delete(uri);
      return {};
    });
  }

  static async open(
    id: string,
    token: VerifiedToken,
    server: Server,
    onDeleted: () => void,
  ): Promise<LegacySession> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      onsessionclosed: onDeleted,
    });
    const session = new LegacySession(id, token, server, transport);
    await server.connect(transport);
    return session;
  }

  /** Milliseconds since it was last used; none while somebody listens. */
  get idleMs(): number {
    return this.inUse > 0 ? 0 : Date.now() - this.usedAt;
  }

  async serve(request: Request, options: McpHandlerRequestOptions): Promise<Response> {
    const done = this.use();
    // A stream is in use for as long as the client listens.
    request.signal.addEventListener('abort', done, { once: true });
    try {
      const response = await this.transport.handleRequest(request, options);
      return request.method === 'GET' ? begun(response) : response;
    } finally {
      if (request.method !== 'GET') done();
    }
  }

  /** Passes on what the client may want to know. */
  tell(event: ServerEvent): void {
    this.sent(event).catch(() => undefined); // The client does not listen, or is gone.
  }

  async close(): Promise<void> {
    await this.server.close();
  }

  /** @throws ProtocolError */
  private expectRoom(uri: string): void {
    if (uri.length > MAX_URI) throw new ProtocolError(RpcCode.InvalidParams, 'The URI is too long');
    if (this.subscriptions.size >= MOST_SUBSCRIPTIONS)
      throw new ProtocolError(RpcCode.InvalidParams, 'There are as many subscriptions as a session may have');
  }

  private async sent(event: ServerEvent): Promise<void> {
    switch (event.kind) {
      case 'tools_list_changed':
        return this.server.sendToolListChanged();
      case 'prompts_list_changed':
        return this.server.sendPromptListChanged();
      case 'resources_list_changed':
        return this.server.sendResourceListChanged();
      case 'resource_updated':
        if (this.subscriptions.has(event.uri)) return this.server.sendResourceUpdated({ uri: event.uri });
    }
  }

  /** Answers how to say, once, that the use is over. */
  private use(): () => void {
    let over = false;
    this.inUse += 1;
    return () => {
      if (over) return;
      over = true;
      this.inUse -= 1;
      this.usedAt = Date.now();
    };
  }
}

/** Node sends the head of an answer with the first of its body, and on this stream there may be nothing to tell for long. */
function begun(response: Response): Response {
  if (!response.body) return response;
  const first = new TextEncoder().encode(': listening\n\n');
  const body = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({ start: (stream) => stream.enqueue(first) }),
  );
  return new Response(body, { status: response.status, headers: response.headers });
}
