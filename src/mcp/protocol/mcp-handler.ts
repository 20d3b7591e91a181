import {
  createMcpHandler,
  type McpHandlerRequestOptions,
  type McpHttpHandler,
} from '@modelcontextprotocol/server';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { LegacySessions } from '../sessions/legacy-sessions.js';
import { McpEvents } from '../subscriptions/mcp-events.js';
import { McpServerFactory } from './mcp-server.factory.js';

/** The SDK's handler, with our servers, our events, and our sessions for those clients that have some. */
@Injectable()
export class McpHandler implements BeforeApplicationShutdown {
  private readonly handler: McpHttpHandler;

  constructor(
    factory: McpServerFactory,
    events: McpEvents,
    private readonly sessions: LegacySessions,
  ) {
    const logger = new Logger('mcp');
    const onerror = (error: Error) => logger.debug(error.message);
    this.handler = createMcpHandler(({ era }) => factory.create(era), { onerror, bus: events });
  }

  get hasSessions(): boolean {
    return this.sessions.enabled;
  }

  readonly fetch = async (request: Request, options: McpHandlerRequestOptions = {}): Promise<Response> => {
    const response = (await this.sessions.takes(request, options))
      ? await this.sessions.serve(request, options)
      : await this.handler.fetch(request, options);
    // Whether the connection is kept is between Node and the client, who may have asked to close it.
    response.headers.delete('connection');
    return response;
  };

  /** Ends the streams of those who listen, each with a result that says that it is over. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.handler.close();
  }
}
