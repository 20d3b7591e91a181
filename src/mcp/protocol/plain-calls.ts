import type { ServerResponse } from 'node:http';
import {
  isInputRequiredResult,
  SERVER_INFO_META_KEY,
  type CallToolResult,
  type InputRequiredResult,
} from '@modelcontextprotocol/server';
import { Injectable, Logger } from '@nestjs/common';
import type { ClientLog } from '../authoring/caller.js';
import { Conversations } from '../calls/conversations.js';
import { Dispatcher } from '../calls/dispatcher.js';
import type { Exchange } from '../calls/running-calls.js';
import type { ArgumentSchema } from '../calls/shown-arguments.js';
import { TOOLS } from '../calls/tool-result.js';
import { McpRegistry } from '../items/mcp-registry.js';
import type { RegisteredTool } from '../items/tool-item.js';
import { bearerOfRequest, type McpRequest } from '../mcp-request.js';
import { McpHandler } from './mcp-handler.js';
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
  private readonly logger = new Logger('mcp');

  constructor(
    private readonly registry: McpRegistry,
    private readonly dispatcher: Dispatcher,
    private readonly conversations: Conversations,
    private readonly handler: McpHandler,
  ) {}

  /** Whether the request was answered. Otherwise `exchange` has the outcome, if the call was made. */
  async serve(req: McpRequest, res: ServerResponse, exchange: Exchange): Promise<boolean> {
    const call = plainCall(req);
    const item = call && this.registry.tool(call.name);
    if (!item || (call.era === 'legacy' && this.handler.hasSessions)) return false;
    return call.era === 'modern'
      ? this.serveModern({ call, item, req, exchange }, res)
      : this.serveLegacy({ call, item, req, exchange }, new PlainEvents(res));
  }

  private async serveModern(plain: Plain, res: ServerResponse): Promise<boolean> {
    const { call } = plain;
    const result = await this.made(plain, nothing);
    if (!result || !isSaid(result) || res.destroyed) return false;
    const _meta = { [SERVER_INFO_META_KEY]: this.handler.identity };
    answerJson(res, { result: { ...result, resultType: 'complete', _meta }, jsonrpc: '2.0', id: call.id });
    return true;
  }

  private async serveLegacy(plain: Plain, events: PlainEvents): Promise<boolean> {
    try {
      const result = await this.made(plain, this.logTo(events));
      if (result && isSaid(result)) events.end({ result, jsonrpc: '2.0', id: plain.call.id });
      else if (!events.begun) return false;
      else await events.endAs(await this.handler.answer(plain.req));
      return true;
    } finally {
      events.stop();
    }
  }

  /** What cannot be sent is not the method's failure. */
  private logTo(events: PlainEvents): ClientLog {
    return (level, data, logger) => {
      try {
        events.send({ method: 'notifications/message', params: { level, data, logger }, jsonrpc: '2.0' });
      } catch (error) {
        this.logger.debug(`a notification was not delivered: ${String(error)}`);
      }
    };
  }

  /** The result, where there is one. */
  private async made(plain: Plain, log: ClientLog): Promise<Outcome | undefined> {
    try {
      const result = await safely(() => this.call(plain, log));
      plain.exchange.outcome = giving(result);
      return result;
    } catch (error) {
      plain.exchange.outcome = throwing(error);
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

interface Plain {
  readonly call: PlainCall;
  readonly item: RegisteredTool;
  readonly req: McpRequest;
  readonly exchange: Exchange;
}

const isSaid = (result: Outcome): result is CallToolResult =>
  !isInputRequiredResult(result) && isPlainResult(result);

/** Made here, these keep what came of a call; made where that is known, they would keep the request as well. */
const giving = (result: Outcome) => (): Outcome => result;
const throwing = (error: unknown) => (): never => {
  throw error;
};
