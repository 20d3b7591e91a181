import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { currentAudit, Refusals } from '../audit/index.js';
import { isDatabaseUnavailable } from '../database/index.js';
import { discard } from '../wire/index.js';
import { McpRefusal, RpcCode, type JsonRpcId, type RefusalAnswer } from './mcp-refusal.js';
import type { McpRequest } from './mcp-request.js';

const UNAVAILABLE: RefusalAnswer = {
  status: 503,
  code: RpcCode.InternalError,
  reason: 'database_unavailable',
  message: 'Temporarily unavailable, try again later',
  headers: { 'Retry-After': '5' },
};

/** Clients tell the protocol era by the error body, so everything on the MCP endpoint answers JSON-RPC errors. */
@Catch()
export class JsonRpcFilter implements ExceptionFilter {
  private readonly logger = new Logger(JsonRpcFilter.name);

  constructor(private readonly refusals: Refusals) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const req = host.switchToHttp().getRequest<McpRequest>();
    const res = host.switchToHttp().getResponse<Response>();
    const answer = this.answerTo(error);
    const decisionId = await this.record(answer);
    if (res.headersSent) {
      res.destroy();
      return;
    }
    if (decisionId) res.setHeader('X-Decision-Id', decisionId);
    res.setHeader('Cache-Control', 'no-store');
    res.status(answer.status).set(answer.headers ?? {});
    await send(req, res, errorBody(answer, answer.id ?? req.message?.id ?? null, decisionId));
  }

  private answerTo(error: unknown): RefusalAnswer {
    if (error instanceof McpRefusal) return error.answer;
    if (isDatabaseUnavailable(error)) return UNAVAILABLE;
    if (error instanceof HttpException && error.getStatus() < 500) return plainAnswer(error.getStatus());
    this.logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const correlationId = currentAudit()?.correlationId;
    return {
      status: 500,
      code: RpcCode.InternalError,
      reason: 'internal_error',
      message: 'Internal error',
      ...(correlationId && { data: { correlation_id: correlationId } }),
    };
  }

  private async record({ status, reason }: RefusalAnswer): Promise<string | undefined> {
    if (reason === UNAVAILABLE.reason) return undefined;
    try {
      return await this.refusals.record('http.request.handled', status, reason);
    } catch (error) {
      this.logger.error({ status, reason, error: String(error) }, 'a refusal could not be audited');
      return undefined;
    }
  }
}

/** For what others refuse before a guard of this room does: no such route, a throttle. */
function plainAnswer(status: number): RefusalAnswer {
  const message = STATUS_CODES[status] ?? 'Refused';
  return { status, code: RpcCode.Refused, reason: message.toLowerCase().replaceAll(/\W+/g, '_'), message };
}

/**
 * Answers at once, but to a client that is still sending closes only after a while: to close under it would reset the
 * connection, and the answer might never be read (RFC 9112 §9.6).
 */
async function send(req: McpRequest, res: Response, body: object): Promise<void> {
  if (req.complete || req.method === 'HEAD') {
    res.json(body);
    return;
  }
  const text = JSON.stringify(body);
  res.type('json').setHeader('Content-Length', Buffer.byteLength(text));
  res.write(text);
  await discard(req);
  res.end();
}

function errorBody(
  { code, message, data }: RefusalAnswer,
  id: JsonRpcId,
  decisionId: string | undefined,
): object {
  const extra = { ...data, ...(decisionId && { decision_id: decisionId }) };
  return {
    jsonrpc: '2.0',
    id,
    error: { code, message, ...(Object.keys(extra).length > 0 && { data: extra }) },
  };
}
