import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { accessChallenge, StepUp, type VerifiedToken } from '../oauth/index.js';
import { resourceMetadataUrl } from './bearer-challenge.js';
import { CallAudit, type Asked } from './calls/call-audit.js';
import type { Item } from './items/item.js';
import { McpRegistry } from './items/mcp-registry.js';
import type { RegisteredTool } from './items/tool-item.js';
import { McpRefusal, RpcCode } from './mcp-refusal.js';
import { tokenOf, type McpRequest } from './mcp-request.js';
import { wantedBy } from './wanted-items.js';

/**
 * Answers a call that lacks scopes while HTTP can still say so: 403 with the scopes to ask for. It only carries the
 * message; the binding check is the dispatcher's, by the same `missingScopes`.
 */
@Injectable()
export class ItemScopeGuard implements CanActivate {
  private readonly resourceMetadata: string;

  constructor(
    config: AppConfig,
    private readonly registry: McpRegistry,
    private readonly audit: CallAudit,
    private readonly stepUps: StepUp,
  ) {
    this.resourceMetadata = resourceMetadataUrl(config);
  }

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const { auth, message } = execution.switchToHttp().getRequest<McpRequest>();
    if (message?.id === undefined) return true;
    const token = tokenOf(auth);
    for (const { kind, item, requested, args } of wantedBy(message, this.registry)) {
      const missing = this.registry.missingScopes(item, token.scopes);
      if (missing.length === 0) continue;
      await this.audit.decision({ kind, item, requested, args, token, missing, ...schemaOf(item) });
      await this.stepUps.challenged(token, missing);
      throw this.stepUp(item, token);
    }
    return true;
  }

  /** MCP: everything the operation needs in one challenge; the client adds what it was granted before. */
  private stepUp({ kind, name, scopes }: Item, { jkt }: VerifiedToken): McpRefusal {
    const challenge = accessChallenge({
      scheme: jkt === undefined ? 'Bearer' : 'DPoP',
      error: 'insufficient_scope',
      description: `The ${kind === 'template' ? 'resource' : kind} ${name} needs more scopes than were granted`,
      scopes,
      resourceMetadata: this.resourceMetadata,
    });
    return new McpRefusal({
      status: 403,
      code: RpcCode.Refused,
      reason: 'insufficient_scope',
      message: 'Insufficient scope',
      headers: { 'WWW-Authenticate': challenge },
      data: { required_scopes: scopes },
    });
  }
}

function schemaOf(item: Item): Pick<Asked, 'schema'> {
  return item.kind === 'tool'
    ? { schema: (item as RegisteredTool).listing.inputSchema as Asked['schema'] & object }
    : {};
}
