import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { identify } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import { AccessRefused, idsOf, ResourceAccess, type VerifiedToken } from '../oauth/index.js';
import { BASELINE_SCOPE, resourceMetadataUrl } from './bearer-challenge.js';
import { McpRefusal, RpcCode } from './mcp-refusal.js';
import { authInfoOf, type McpRequest } from './mcp-request.js';

/**
 * Every request carries an access token for this resource in the Authorization header, and nowhere else: a token in
 * the query, in a cookie or in another header counts as absent.
 */
@Injectable()
export class BearerGuard implements CanActivate {
  private readonly resourceMetadata: string;

  constructor(
    private readonly config: AppConfig,
    private readonly access: ResourceAccess,
  ) {
    this.resourceMetadata = resourceMetadataUrl(config);
  }

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const req = execution.switchToHttp().getRequest<McpRequest>();
    const token = await this.verified(req);
    req.auth = authInfoOf(token);
    identify(idsOf(token));
    return true;
  }

  private async verified(req: McpRequest): Promise<VerifiedToken> {
    try {
      return await this.access.verify(req, this.config.mcpResource);
    } catch (error) {
      throw error instanceof AccessRefused ? this.refusal(error) : error;
    }
  }

  private refusal(error: AccessRefused): McpRefusal {
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
