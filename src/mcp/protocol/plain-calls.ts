import type { ServerResponse } from 'node:http';
import {
  isInputRequiredResult,
  ProtocolError,
  SERVER_INFO_META_KEY,
  type CallToolResult,
  type InputRequiredResult,
} from '@modelcontextprotocol/server';
import { Injectable } from '@nestjs/common';
import type { ClientLog } from '../authoring/caller.js';
import { Conversations } from '../calls/conversations.js';
import { Dispatcher } from '../calls/dispatcher.js';
import type { Exchange } from '../calls/running-calls.js';
import type { ArgumentSchema } from '../calls/shown-arguments.js';
import { TOOLS } from '../calls/tool-result.js';
import { McpRegistry } from '../items/mcp-registry.js';
import type { RegisteredTool } from '../items/tool-item.js';
import { RpcCode } from '../mcp-refusal.js';
import { bearerOfRequest, type McpRequest } from '../mcp-request.js';
import { McpServerFactory } from './mcp-server.factory.js';
import { answerJson, PlainEvents } from './plain-answer.js';
import { isPlainResult, plainCall, type PlainCall } from './plain-call.js';
import { safely } from './safely.js';

type Outcome = CallToolResult | InputRequiredResult;

const nothing = (): void => undefined;

/**
 * Serves calls that leave nothing to the protocol, without a server, a transport, a web request and a web response made
 * for each. Where there is more to say than a plain result, the SDK says it: it is given what came of the call.
 */
@Injectable()
export class PlainCalls {
  constructor(
    private readonly registry: McpRegistry,
    private readonly dispatcher: Dispatcher,
    private readonly conversations: Conversations,
    private readonly servers: McpServerFactory,
  ) {}

  /** Whether the request was answered. Otherwise `exchange` has the outcome, if the call was made. */
  async serve({ req, res, exchange, hasSessions }: Posted): Promise<boolean> {
    const call = plainCall(req);
    const item = call && this.registry.tool(call.name);
    if (!item || (call.era === 'legacy' && hasSessions)) return false;
    return call.era === 'modern'
      ? this.serveModern({ call, item, req, exchange }, res)
      : this.serveLegacy({ call, item, req, exchange }, new PlainEvents(res));
  }

  private async serveModern(plain: Plain, res: ServerResponse): Promise<boolean> {
    const { call } = plain;
    const result = await this.made(plain, nothing);
    if (!result || !isSaid(result) || res.destroyed) return false;
    const _meta = { [SERVER_INFO_META_KEY]: this.servers.identity };
    answerJson(res, { result: { ...result, resultType: 'complete', _meta }, jsonrpc: '2.0', id: call.id });
    return true;
  }

  private async serveLegacy(plain: Plain, events: PlainEvents): Promise<boolean> {
    const { call, exchange } = plain;
    const answer = { jsonrpc: '2.0', id: call.id } as const;
    try {
      const result = await this.made(plain, (level, data, logger) =>
        events.send({ method: 'notifications/message', params: { level, data, logger }, jsonrpc: '2.0' }),
      );
      if (result && isSaid(result)) events.end({ result, ...answer });
      else if (!events.begun) return false;
      else events.end({ ...answer, ...lateAnswer(exchange) });
      return true;
    } finally {
      events.stop();
    }
  }

  /** The result, where there is one. */
  private async made(plain: Plain, log: ClientLog): Promise<Outcome | undefined> {
    try {
      const result = await safely(() => this.call(plain, log));
      plain.exchange.outcome = () => result;
      return result;
    } catch (error) {
      plain.exchange.outcome = () => {
        throw error;
      };
      return undefined;
    }
  }

  private call({ call, item, req, exchange }: Plain, log: ClientLog): Promise<Outcome> {
    const { name, args, capabilities } = call;
    const { token, person } = bearerOfRequest(req.auth);
    return this.dispatcher.call(TOOLS, {
      ...{ item, token, person, args, log },
      schema: item.listing.inputSchema as ArgumentSchema,
      requested: name,
      endings: [exchange.ending],
      progress: nothing,
      talk: this.conversations.open({ method: 'tools/call', capabilities, token, name, args }),
    });
  }
}

export interface Posted {
  readonly req: McpRequest;
  readonly res: ServerResponse;
  readonly exchange: Exchange;
  /** Whether a call of a 2025 client belongs to a session. */
  readonly hasSessions: boolean;
}

interface Plain {
  readonly call: PlainCall;
  readonly item: RegisteredTool;
  readonly req: McpRequest;
  readonly exchange: Exchange;
}

const isSaid = (result: Outcome): result is CallToolResult =>
  !isInputRequiredResult(result) && isPlainResult(result);

/** What ends an answer that has begun, and can no longer become one of another kind. */
function lateAnswer({ outcome }: Exchange): object {
  try {
    const result = outcome?.();
    if (result && !isInputRequiredResult(result)) return { result };
    return { error: { code: RpcCode.InternalError, message: 'The client cannot be asked' } };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const { code, message, data } = error;
    return { error: { code, message, ...(data !== undefined && { data }) } };
  }
}
