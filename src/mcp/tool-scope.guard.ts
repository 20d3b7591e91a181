import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { accessChallenge, StepUp, type VerifiedToken } from '../oauth/index.js';
import { resourceMetadataUrl } from './bearer-challenge.js';
import { McpRefusal, RpcCode } from './mcp-refusal.js';
import { tokenOf, type McpRequest } from './mcp-request.js';
import { ToolAudit } from './tool-audit.js';
import type { RegisteredTool } from './tool-declaration.js';
import { ToolRegistry } from './tool-registry.js';

/**
 * Answers a tool call that lacks scopes while HTTP can still say so: 403 with the scopes to ask for. It only carries
 * the message; the binding check is the dispatcher's, by the same `missingScopes`.
 */
@Injectable()
export class ToolScopeGuard implements CanActivate {
  private readonly resourceMetadata: string;

  constructor(
    config: AppConfig,
    private readonly registry: ToolRegistry,
    private readonly audit: ToolAudit,
    private readonly stepUps: StepUp,
  ) {
    this.resourceMetadata = resourceMetadataUrl(config);
  }

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const { auth, message } = execution.switchToHttp().getRequest<McpRequest>();
    if (message?.method !== 'tools/call' || message.id === undefined) return true;
    const { name, arguments: args } = message.params ?? {};
    const tool = this.registry.find(name);
    if (!tool) return true;
    const token = tokenOf(auth);
    const missing = this.registry.missingScopes(tool, token.scopes);
    if (missing.length === 0) return true;
    await this.audit.decision({ tool, requested: tool.name, args, token, missing });
    await this.stepUps.challenged(token, missing);
    throw this.stepUp(tool, token);
  }

  /** MCP: everything the operation needs in one challenge; the client adds what it was granted before. */
  private stepUp(tool: RegisteredTool, { jkt }: VerifiedToken): McpRefusal {
    const challenge = accessChallenge({
      scheme: jkt === undefined ? 'Bearer' : 'DPoP',
      error: 'insufficient_scope',
      description: `The tool ${tool.name} needs more scopes than were granted`,
      scopes: tool.scopes,
      resourceMetadata: this.resourceMetadata,
    });
    return new McpRefusal({
      status: 403,
      code: RpcCode.Refused,
      reason: 'insufficient_scope',
      message: 'Insufficient scope',
      headers: { 'WWW-Authenticate': challenge },
      data: { required_scopes: tool.scopes },
    });
  }
}
