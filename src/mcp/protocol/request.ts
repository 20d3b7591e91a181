import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { Injectable, Logger } from '@nestjs/common';
import type { ItemCall } from '../calls/dispatcher.js';
import { Conversations } from '../calls/conversations.js';
import { Ending } from '../calls/ending.js';
import type { Item } from '../items/item.js';
import { bearerOfRequest, exchangeOf } from '../mcp-request.js';
import type { Bearer } from '../policy/bearer.js';

/** What every call takes from the request it came with. */
export type FromRequest = Pick<
  ItemCall<Item>,
  'token' | 'person' | 'endings' | 'progress' | 'log' | 'talk' | 'requested' | 'args'
>;

type Envelope = Readonly<Record<string, ClientCapabilities | undefined>>;

/** Reads of a request of the SDK what a call of ours needs. */
@Injectable()
export class Requests {
  private readonly logger = new Logger('mcp');

  constructor(private readonly conversations: Conversations) {}

  bearerOf({ http }: ServerContext): Bearer {
    return bearerOfRequest(http?.authInfo);
  }

  read(server: Server, context: ServerContext, requested: string, args: unknown): FromRequest {
    const { token, person } = this.bearerOf(context);
    const { mcpReq } = context;
    const envelope = mcpReq.envelope as Envelope | undefined;
    return {
      token,
      person,
      requested,
      args,
      endings: [exchangeOf(context.http?.authInfo).ending, Ending.of(mcpReq.signal)],
      progress: this.progressOf(mcpReq),
      log: (level, data, logger) => this.send(mcpReq.log(level, data, logger)),
      talk: this.conversations.open({
        method: mcpReq.method,
        // A 2025 session said it once; later revisions say it with each request.
        capabilities: envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities(),
        requestState: mcpReq.requestState<string>(),
        inputResponses: mcpReq.inputResponses,
        ...{ token, name: requested, args },
      }),
    };
  }

  /** Progress is only reported to a client that asked for it, and never holds the method up. */
  private progressOf({ _meta, notify }: ServerContext['mcpReq']): FromRequest['progress'] {
    const progressToken = _meta?.progressToken;
    if (progressToken === undefined) return () => undefined;
    return (progress, total, message) => {
      const params = {
        progressToken,
        progress,
        ...(total !== undefined && { total }),
        ...(message !== undefined && { message }),
      };
      this.send(notify({ method: 'notifications/progress', params }));
    };
  }

  private send(sent: Promise<void>): void {
    sent.catch((error: unknown) => this.logger.debug(`a notification was not delivered: ${String(error)}`));
  }
}
