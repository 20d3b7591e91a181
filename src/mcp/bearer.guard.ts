import { Injectable, Logger, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { identify } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import { AccessTokenVerifier, idsOf, InvalidToken, type VerifiedToken } from '../oauth/index.js';
import { BASELINE_SCOPE, bearerChallenge, resourceMetadataUrl } from './bearer-challenge.js';
import { bearerCredentials } from './bearer-credentials.js';
import { McpRefusal, RpcCode } from './mcp-refusal.js';
import { authInfoOf, type McpRequest } from './mcp-request.js';

const MAX_TOKEN_LENGTH = 16 * 1024;

/**
 * Every request carries an access token for this resource in the Authorization header, and nowhere else: a token in
 * the query, in a cookie or in another header counts as absent.
 */
@Injectable()
export class BearerGuard implements CanActivate {
  private readonly logger = new Logger(BearerGuard.name);
  private readonly resourceMetadata: string;

  constructor(
    private readonly config: AppConfig,
    private readonly verifier: AccessTokenVerifier,
  ) {
    this.resourceMetadata = resourceMetadataUrl(config);
  }

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const req = execution.switchToHttp().getRequest<McpRequest>();
    const credentials = bearerCredentials(req.rawHeaders);
    if (credentials.kind === 'none') throw this.missing();
    if (credentials.kind === 'malformed') throw this.malformed(credentials.reason);
    const token = await this.verified(credentials.token);
    req.auth = authInfoOf(token);
    identify(idsOf(token));
    return true;
  }

  private async verified(token: string): Promise<VerifiedToken> {
    if (token.length > MAX_TOKEN_LENGTH) throw this.invalid('token_too_long');
    try {
      return await this.verifier.verify(token, this.config.mcpResource);
    } catch (error) {
      if (!(error instanceof InvalidToken)) throw error;
      this.logger.debug({ reason: error.reason }, 'access token refused');
      // So that the trail of a grant shows who came back after it was ended.
      if (error.token) identify(idsOf(error.token));
      throw this.invalid(error.reason, error);
    }
  }

  /** RFC 6750 §3.1: a request without credentials is told no error code. */
  private missing(): McpRefusal {
    return this.unauthorized(
      'credentials_missing',
      bearerChallenge({ resourceMetadata: this.resourceMetadata, scopes: [BASELINE_SCOPE] }),
    );
  }

  private invalid(reason: string, cause?: unknown): McpRefusal {
    const challenge = bearerChallenge({
      error: 'invalid_token',
      description: 'The access token is invalid, expired, revoked or not for this server',
      scopes: [BASELINE_SCOPE],
      resourceMetadata: this.resourceMetadata,
    });
    return this.unauthorized(reason, challenge, cause);
  }

  private unauthorized(reason: string, challenge: string, cause?: unknown): McpRefusal {
    const headers = { 'WWW-Authenticate': challenge };
    return new McpRefusal(
      { status: 401, code: RpcCode.Refused, reason, message: 'Unauthorized', headers },
      { cause },
    );
  }

  private malformed(reason: string): McpRefusal {
    const challenge = bearerChallenge({ error: 'invalid_request', resourceMetadata: this.resourceMetadata });
    return new McpRefusal({
      status: 400,
      code: RpcCode.InvalidRequest,
      reason,
      message: 'The Authorization header is malformed',
      headers: { 'WWW-Authenticate': challenge },
    });
  }
}
