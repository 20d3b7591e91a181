import {
  createMcpHandler,
  type Implementation,
  type McpHandlerRequestOptions,
  type McpHttpHandler,
} from '@modelcontextprotocol/server';
import { Injectable, Logger } from '@nestjs/common';
import { RunningCalls } from '../calls/running-calls.js';
import { LegacySessions } from '../sessions/legacy-sessions.js';
import { McpEvents } from '../subscriptions/mcp-events.js';
import type { McpRequest } from '../mcp-request.js';
import { McpServerFactory } from './mcp-server.factory.js';

/** The SDK's handler, with our servers, our events, and our sessions for those clients that have some. */
@Injectable()
export class McpHandler {
  private readonly handler: McpHttpHandler;
  readonly identity: Implementation;

  constructor(
    factory: McpServerFactory,
    events: McpEvents,
    private readonly sessions: LegacySessions,
    running: RunningCalls,
  ) {
    this.identity = factory.identity;
    const logger = new Logger('mcp');
    const onerror = (error: Error) => logger.debug(error.message);
    this.handler = createMcpHandler(({ era }) => factory.create(era), { onerror, bus: events });
    // Ends the streams of those who listen, each with a result that says that it is over.
    running.whenIdle(async () => {
      await Promise.all([this.handler.close(), this.sessions.close()]);
    });
  }

  get hasSessions(): boolean {
    return this.sessions.enabled;
  }

  /** What the SDK answers to a request that was read. @throws Error when that is not events */
  async answer({ auth, headers, posted }: McpRequest): Promise<Response> {
    const version = headers['mcp-protocol-version'] as string | undefined;
    const request = new Request('http://localhost/mcp', {
      method: 'POST',
      headers: {
        Accept: 'application/json, text/event-stream',
        'Content-Type': 'application/json',
        ...(version !== undefined && { 'MCP-Protocol-Version': version }),
      },
    });
    const response = await this.fetch(request, { parsedBody: posted, ...(auth && { authInfo: auth }) });
    if (response.headers.get('content-type') === 'text/event-stream') return response;
    throw new Error(`The SDK answers ${response.status}`);
  }

  readonly fetch = async (request: Request, options: McpHandlerRequestOptions = {}): Promise<Response> => {
    const response = (await this.sessions.takes(request, options))
      ? await this.sessions.serve(request, options)
      : await this.handler.fetch(request, options);
    // Whether the connection is kept is between Node and the client, who may have asked to close it.
    response.headers.delete('connection');
    return response;
  };
}
