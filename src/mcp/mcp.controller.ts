import { createMcpHandler } from '@modelcontextprotocol/server';
import { toNodeHandler, type NodeMcpRequestHandler } from '@modelcontextprotocol/node';
import { All, Controller, Logger, Options, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Refusals } from '../audit/index.js';
import { BearerGuard } from './bearer.guard.js';
import { JsonRpcBodyGuard } from './json-rpc-body.guard.js';
import { JsonRpcFilter } from './json-rpc.filter.js';
import { McpRefusal, RpcCode } from './mcp-refusal.js';
import { attachExchange, tokenOf, type McpRequest } from './mcp-request.js';
import { McpServerFactory } from './mcp-server.factory.js';
import { OriginGuard, preflightHeaders } from './origin.guard.js';
import { RunningCalls } from './running-calls.js';
import { ToolScopeGuard } from './tool-scope.guard.js';

/** The MCP endpoint: 2026-07-28 clients, and statelessly those of the 2025 revisions. */
@Controller('mcp')
@UseFilters(JsonRpcFilter)
export class McpController {
  private readonly logger = new Logger(McpController.name);
  private readonly serve: NodeMcpRequestHandler;

  constructor(
    factory: McpServerFactory,
    private readonly running: RunningCalls,
    private readonly refusals: Refusals,
  ) {
    const onerror = (error: Error) => this.logger.debug(error.message);
    const handler = createMcpHandler((context) => factory.create(context), { onerror });
    const fetch: typeof handler.fetch = async (request, options) => {
      const response = await handler.fetch(request, options);
      // Whether the connection is kept is between Node and the client, who may have asked to close it.
      response.headers.delete('connection');
      return response;
    };
    this.serve = toNodeHandler({ fetch }, { onerror });
  }

  @Options()
  @UseGuards(OriginGuard)
  preflight(@Req() req: Request, @Res() res: Response): void {
    res
      .status(204)
      .set(preflightHeaders(req.get('Access-Control-Request-Headers')))
      .end();
  }

  @All()
  @UseGuards(OriginGuard, BearerGuard, JsonRpcBodyGuard, ToolScopeGuard)
  async handle(@Req() req: McpRequest, @Res() res: Response): Promise<void> {
    if (req.method !== 'POST') throw methodNotAllowed();
    attachExchange(req.auth, await this.running.open(tokenOf(req.auth), res));
    res.setHeader('Cache-Control', 'no-store');
    await this.serve(req, res, req.message);
    if (res.statusCode >= 400)
      await this.refusals.record('http.request.handled', res.statusCode, 'protocol_error');
  }
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
