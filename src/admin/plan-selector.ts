import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { McpRegistry, LiveCensus } from '../mcp/index.js';
import { TokenLookup, type PlanAsker, type PlanSelector, type ToolReach } from '../oauth/index.js';
import { adminMetadataUrl } from './admin-challenge.js';
import { invalidField } from './admin-problem.js';
import { by, type Operator } from './admin-request.js';
import { given } from './paging.js';
import { checkRecentSignIn } from './recent-sign-in.js';
import type { SelectorRequest } from './revocation-plans.request.js';

/** Reads what operators write into a selector. */
@Injectable()
export class PlanSelectors {
  constructor(
    private readonly config: AppConfig,
    private readonly tools: McpRegistry,
    private readonly tokens: TokenLookup,
    private readonly census: LiveCensus,
  ) {}

  /** @throws AdminProblem when it names a token that is none, or none of ours */
  async read(request: SelectorRequest): Promise<PlanSelector> {
    const selector = given({
      userId: request.user_id,
      clientId: request.client_id,
      sessionId: request.session_id,
      grantId: request.grant_id,
      jti: request.jti,
      kid: request.kid,
      scope: request.scope,
      resource: request.resource,
      tool: request.tool,
      idp: request.idp,
      issuedBefore: request.issued_before && new Date(request.issued_before).toISOString(),
      all: request.all,
    });
    if (request.token === undefined) return selector;
    if (Object.keys(selector).length > 0) throw invalidField('selector.token', 'stands alone');
    const found = await this.tokens.find(request.token);
    if (!found) throw invalidField('selector.token', 'is not a token of this server');
    return found.jti === undefined ? given({ grantId: found.grantId }) : { jti: found.jti };
  }

  /** @throws AdminProblem when the person signed in too long ago for something so large */
  checkRecentSignIn(operator: Operator): void {
    const maxAge = this.config.lifetimes.adminSignIn;
    checkRecentSignIn(operator, { maxAge, resourceMetadata: adminMetadataUrl(this.config) });
  }

  /** @throws AdminProblem when there is no such tool */
  asker(selector: PlanSelector, operator: Operator, why: { reason?: string; ticket?: string }): PlanAsker {
    const tool = this.reachOf(selector);
    return { ...by(operator, why), live: () => this.census.everywhere(), ...(tool && { tool }) };
  }

  private reachOf({ tool }: PlanSelector): ToolReach | undefined {
    if (tool === undefined) return undefined;
    const registered = this.tools.tool(tool);
    if (!registered) throw invalidField('selector.tool', 'is not the name of a tool');
    const { scopes, anyScopes } = registered;
    return { resource: this.config.mcpResource, scopes, anyScopes };
  }
}

/** A selector in the words of this API. */
export const said = (selector: PlanSelector): SelectorRequest =>
  given({
    user_id: selector.userId,
    client_id: selector.clientId,
    session_id: selector.sessionId,
    grant_id: selector.grantId,
    jti: selector.jti,
    kid: selector.kid,
    scope: selector.scope,
    resource: selector.resource,
    tool: selector.tool,
    idp: selector.idp,
    issued_before: selector.issuedBefore,
    all: selector.all,
  });
