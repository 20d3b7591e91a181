import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { accessChallenge, StepUp, type Challenge, type VerifiedToken } from '../oauth/index.js';
import { resourceMetadataUrl } from './bearer-challenge.js';
import { CallAudit, type Asked } from './calls/call-audit.js';
import { ItemDecisions } from './item-decisions.js';
import type { Item } from './items/item.js';
import type { RegisteredTool } from './items/tool-item.js';
import { McpRefusal, RpcCode } from './mcp-refusal.js';
import { bearerOfRequest, type McpRequest } from './mcp-request.js';
import type { Failure } from './policy/decide.js';
import { refusedBy } from './policy/refused.js';

/**
 * Answers a call that is refused while HTTP can still say so: 403 with the scopes to ask for, 401 with the sign-in, 429
 * with the time to wait. It only carries the message; the binding decision is the dispatcher's, and taken the same way.
 */
@Injectable()
export class ItemScopeGuard implements CanActivate {
  private readonly resourceMetadata: string;

  constructor(
    config: AppConfig,
    private readonly decisions: ItemDecisions,
    private readonly audit: CallAudit,
    private readonly stepUps: StepUp,
  ) {
    this.resourceMetadata = resourceMetadataUrl(config);
  }

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const { auth, message } = execution.switchToHttp().getRequest<McpRequest>();
    if (message?.id === undefined) return true;
    const bearer = bearerOfRequest(auth);
    const { token } = bearer;
    const refused = await this.decisions.refused(message, bearer);
    if (!refused) return true;
    const { wanted, ruling, failure } = refused;
    await this.audit.decision({ ...wanted, token, ruling, ...schemaOf(wanted.item) });
    if (failure.rule === 'scopes') await this.stepUps.challenged(token, failure.missing);
    throw this.refusal(wanted.item, failure, token);
  }

  private refusal(item: Item, failure: Failure, token: VerifiedToken): McpRefusal {
    const { status, reason, message, data } = refusedBy(failure);
    return new McpRefusal({
      ...{ status, reason, message, data },
      code: RpcCode.Refused,
      headers: this.headersOf(item, failure, token),
    });
  }

  private headersOf(item: Item, failure: Failure, { jkt, scopes }: VerifiedToken): Record<string, string> {
    const noun = item.kind === 'template' ? 'resource' : item.kind;
    const common = {
      scheme: jkt === undefined ? 'Bearer' : 'DPoP',
      resourceMetadata: this.resourceMetadata,
    } as const;
    switch (failure.rule) {
      case 'scopes': // MCP: everything the operation needs in one challenge; the client adds what it was granted before.
        return challengeHeader({
          ...common,
          error: failure.reason,
          description: `The ${noun} ${item.name} needs more scopes than were granted`,
          scopes: failure.ask,
        });
      case 'sign_in': // RFC 9470 §3; the scopes, so that the new token can do what this one can.
        return challengeHeader({
          ...common,
          error: failure.reason,
          description: `The ${noun} ${item.name} needs another sign-in`,
          scopes,
          acrValues: failure.acrs,
          ...(failure.maxAge !== undefined && { maxAge: failure.maxAge }),
        });
      case 'quota':
        return { 'Retry-After': String(failure.retryAfter) };
      default:
        return {};
    }
  }
}

const challengeHeader = (challenge: Challenge): Record<string, string> => ({
  'WWW-Authenticate': accessChallenge(challenge),
});

function schemaOf(item: Item): Pick<Asked, 'schema'> {
  return item.kind === 'tool'
    ? { schema: (item as RegisteredTool).listing.inputSchema as Asked['schema'] & object }
    : {};
}
