import {
  ProtocolError,
  Server,
  type CallToolRequest,
  type CallToolResult,
  type Implementation,
  type ListToolsResult,
  type McpRequestContext,
  type ServerContext,
  type ServerOptions,
} from '@modelcontextprotocol/server';
import { Injectable, Logger } from '@nestjs/common';
import { currentAudit } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import { isDatabaseUnavailable } from '../database/index.js';
import type { VerifiedToken } from '../oauth/index.js';
import { RpcCode } from './mcp-refusal.js';
import { exchangeOf, tokenOf } from './mcp-request.js';
import { ToolAudit } from './tool-audit.js';
import { ToolDispatcher } from './tool-dispatcher.js';
import type { RegisteredTool } from './tool-declaration.js';
import { ToolRegistry } from './tool-registry.js';
import type { ToolCaller } from './tool.js';

/** Of the protocol server, as clients log it. */
const VERSION = '0.1.0';

const OPTIONS: ServerOptions = {
  capabilities: { tools: {} },
  cacheHints: { 'tools/list': { ttlMs: 30_000, cacheScope: 'private' } },
};

/** Never asked for without the right to it, so nobody is told to try. */
const NEVER_OFFERED = 'admin:';

/**
 * Makes the protocol server of one request. It is the SDK's low-level one: registering every tool anew for each request
 * costs more than serving it, and what a caller may see differs from caller to caller.
 */
@Injectable()
export class McpServerFactory {
  private readonly logger = new Logger(McpServerFactory.name);
  private readonly identity: Implementation;

  constructor(
    private readonly config: AppConfig,
    private readonly registry: ToolRegistry,
    private readonly dispatcher: ToolDispatcher,
    private readonly audit: ToolAudit,
  ) {
    this.identity = { name: 'gatehouse', title: config.brand.name, version: VERSION };
  }

  create({ authInfo }: McpRequestContext): Server {
    const token = tokenOf(authInfo);
    const { signal: ended } = exchangeOf(authInfo);
    const server = new Server(this.identity, OPTIONS);
    server.setRequestHandler('tools/list', ({ params }) => this.safely(this.list(token, params?.cursor)));
    server.setRequestHandler('tools/call', (request, context) =>
      this.safely(this.call(request, context, { token, ended })),
    );
    server.onerror = (error) => this.logger.debug(error.message);
    return server;
  }

  private async list(token: VerifiedToken, cursor: string | undefined): Promise<ListToolsResult> {
    if (cursor !== undefined)
      throw new ProtocolError(RpcCode.InvalidParams, 'Unknown cursor: the list has one page');
    const tools = this.registry.all();
    const shown = tools.filter((tool) => this.offered(tool, token));
    await this.audit.listed(token, shown.length, tools.length - shown.length);
    return { tools: shown.map(({ listing }) => listing) };
  }

  private offered(tool: RegisteredTool, token: VerifiedToken): boolean {
    const missing = this.registry.missingScopes(tool, token.scopes);
    if (missing.length === 0) return true;
    return (
      this.config.policies.toolsList === 'step_up' &&
      !missing.some((scope) => scope.startsWith(NEVER_OFFERED))
    );
  }

  private call(
    { params }: CallToolRequest,
    { mcpReq }: ServerContext,
    { token, ended }: { token: VerifiedToken; ended: AbortSignal },
  ): Promise<CallToolResult> {
    const { name, arguments: args } = params;
    const progress = this.progressOf(mcpReq);
    return this.dispatcher.call({ name, args, token, ended, abandoned: mcpReq.signal, progress });
  }

  /** The SDK sends the message of any error to the client, so only those meant for it may leave. */
  private async safely<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      const correlationId = currentAudit()?.correlationId;
      this.logger.error({ correlationId, error: String(error) }, 'a request could not be answered');
      const text = isDatabaseUnavailable(error)
        ? 'Temporarily unavailable, try again later'
        : 'Internal error';
      throw new ProtocolError(RpcCode.InternalError, text, { correlation_id: correlationId });
    }
  }

  /** Progress is only reported to a client that asked for it, and never holds the tool up. */
  private progressOf({ _meta, notify }: ServerContext['mcpReq']): ToolCaller['progress'] {
    const progressToken = _meta?.progressToken;
    if (progressToken === undefined) return () => undefined;
    return (progress, total) => {
      const params = { progressToken, progress, ...(total !== undefined && { total }) };
      notify({ method: 'notifications/progress', params }).catch((error: unknown) => {
        this.logger.debug(`progress was not delivered: ${String(error)}`);
      });
    };
  }
}
