import { toNodeHandler, type NodeMcpRequestHandler } from '@modelcontextprotocol/node';
import { All, Controller, Logger, Options, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request as ExpressRequest, Response as ExpressResponse } from 'express';
import { Refusals } from '../audit/index.js';
import { JsonRpcFilter } from './json-rpc.filter.js';
import { McpGuard } from './mcp.guard.js';
import { McpRefusal, RpcCode } from './mcp-refusal.js';
import { attachExchange, tokenOf, type McpRequest } from './mcp-request.js';
import { McpHandler } from './protocol/mcp-handler.js';
import { PlainCalls } from './protocol/plain-calls.js';
import { OriginGuard, preflightHeaders } from './origin.guard.js';
import { RunningCalls } from './calls/running-calls.js';

/** The MCP endpoint: 2026-07-28 clients, and statelessly those of the 2025 revisions. */
@Controller('mcp')
@UseFilters(JsonRpcFilter)
export class McpController {
  private readonly serve: NodeMcpRequestHandler;

  constructor(
    private readonly handler: McpHandler,
    private readonly plain: PlainCalls,
    private readonly running: RunningCalls,
    private readonly refusals: Refusals,
  ) {
    const logger = new Logger(McpController.name);
    this.serve = toNodeHandler(handler, { onerror: (error) => logger.debug(error.message) });
  }

  @Options()
  @UseGuards(OriginGuard)
  preflight(@Req() req: ExpressRequest, @Res() res: ExpressResponse): void {
    res
      .status(204)
      .set(preflightHeaders(req.get('Access-Control-Request-Headers')))
      .end();
  }

  @All()
  @UseGuards(McpGuard)
  async handle(@Req() req: McpRequest, @Res() res: ExpressResponse): Promise<void> {
    if (req.method !== 'POST' && !this.handler.hasSessions) throw methodNotAllowed();
    const token = tokenOf(req.auth);
    const exchange = await this.running.open(token, res);
    if (listens(req)) exchange.endAt(token.expiresAt);
    attachExchange(req.auth, exchange);
    res.setHeader('Cache-Control', 'no-store');
    if (!(await this.plain.serve(req, res, exchange))) await this.serve(req, res, req.posted);
    if (res.statusCode >= 400)
      await this.refusals.record('http.request.handled', res.statusCode, 'protocol_error');
  }
}

/** Whether the answer is a stream that goes on until somebody ends it. */
function listens({ method, message }: McpRequest): boolean {
  return method === 'GET' || message?.method === 'subscriptions/listen';
}

function methodNotAllowed(): McpRefusal {
  return new McpRefusal({
    status: 405,
    code: RpcCode.Refused,
    reason: 'method_not_allowed',
    message: 'Method not allowed',
    headers: { Allow: 'POST' },
  });
}
