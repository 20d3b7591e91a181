import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { identify } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import {
  AccessRefused,
  ApiKeyAccess,
  Bearers,
  idsOf,
  ResourceAccess,
  type VerifiedToken,
} from '../oauth/index.js';
import { BASELINE_SCOPE, resourceMetadataUrl } from './bearer-challenge.js';
import { McpRefusal, RpcCode } from './mcp-refusal.js';
import { authInfoOf, type McpRequest } from './mcp-request.js';
import { bearerOf } from './policy/bearer.js';

/**
 * Every request carries an access token for this resource in the Authorization header, and nowhere else: a token in
 * the query, in a cookie or in another header counts as absent. Where the configuration lets the resource take API keys,
 * one in `x-api-key` stands for it.
 */
@Injectable()
export class BearerGuard implements CanActivate {
  private readonly resourceMetadata: string;

  constructor(
    private readonly config: AppConfig,
    private readonly access: ResourceAccess,
    private readonly keys: ApiKeyAccess,
    private readonly bearers: Bearers,
  ) {
    this.resourceMetadata = resourceMetadataUrl(config);
  }

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const req = execution.switchToHttp().getRequest<McpRequest>();
    const token = await this.verified(req);
    req.auth = authInfoOf(bearerOf(token, (userId) => this.bearers.person(userId)));
    identify(idsOf(token));
    return true;
  }

  private async verified(req: McpRequest): Promise<VerifiedToken> {
    try {
      const { mcpResource } = this.config;
      return (await this.keys.verify(req, mcpResource)) ?? (await this.access.verify(req, mcpResource));
    } catch (error) {
      throw error instanceof AccessRefused ? this.refusal(error) : error;
    }
  }

  private refusal(error: AccessRefused): McpRefusal {
    if (error.retryAfter !== undefined) return throttled(error, error.retryAfter);
    const malformed = error.status === 400;
    const challenge = error.challenge({
      ...(error.code && !malformed && { description: error.description }),
      resourceMetadata: this.resourceMetadata,
      scopes: [BASELINE_SCOPE],
    });
    return new McpRefusal(
      {
        status: error.status,
        code: malformed ? RpcCode.InvalidRequest : RpcCode.Refused,
        reason: error.reason,
        message: malformed ? error.description : 'Unauthorized',
        headers: { 'WWW-Authenticate': challenge },
      },
      { cause: error },
    );
  }
}

function throttled(error: AccessRefused, retryAfter: number): McpRefusal {
  const { status, reason, description: message } = error;
  const headers = { 'Retry-After': String(retryAfter) };
  return new McpRefusal({ status, code: RpcCode.Refused, reason, message, headers }, { cause: error });
}
