import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AuditLog, identify } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import {
  AccessTokenVerifier,
  idsOf,
  InvalidToken,
  ScopeCatalogue,
  type VerifiedToken,
} from '../oauth/index.js';
import { AdminProblem } from './admin-problem.js';
import type { AdminRequest } from './admin-request.js';
import { bearerChallenge, bearerToken } from './bearer.js';
import { requiredScope } from './require-admin-scope.js';

/**
 * Every request carries an access token for the admin resource in the Authorization header, and nowhere else, with the
 * scope its route declares. A route that declares none is refused to everybody.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    private readonly config: AppConfig,
    private readonly verifier: AccessTokenVerifier,
    private readonly catalogue: ScopeCatalogue,
    private readonly audit: AuditLog,
  ) {}

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const req = execution.switchToHttp().getRequest<AdminRequest>();
    const scope = requiredScope(execution.getHandler());
    if (scope === undefined) throw new AdminProblem('forbidden', { reason: 'route_without_scope' });
    const token = await this.authenticated(req, scope);
    const actor = token.userId
      ? ({ type: 'admin', id: token.userId } as const)
      : ({ type: 'client', id: token.clientId } as const);
    req.operator = { actor, scopes: token.scopes };
    identify({ actor, ...idsOf(token) });
    await this.authorize(token, scope);
    return true;
  }

  private async authenticated(req: AdminRequest, scope: string): Promise<VerifiedToken> {
    const credentials = bearerToken(req.rawHeaders);
    // RFC 6750 §3.1: a request without credentials is told no error code.
    if (!credentials)
      throw new AdminProblem('credentials_missing', { headers: bearerChallenge(this.config, { scope }) });
    if (credentials === 'malformed') {
      const headers = bearerChallenge(this.config, { error: 'invalid_request' });
      throw new AdminProblem('invalid_request', {
        detail: 'The Authorization header is malformed',
        reason: 'malformed_credentials',
        headers,
      });
    }
    try {
      return await this.verifier.verify(credentials.token, this.config.adminResource);
    } catch (error) {
      if (!(error instanceof InvalidToken)) throw error;
      if (error.token) identify(idsOf(error.token));
      const detail = 'The access token is expired, revoked or not for this API';
      const headers = bearerChallenge(this.config, { error: 'invalid_token', scope });
      throw new AdminProblem('invalid_token', { detail, reason: error.reason, headers }, { cause: error });
    }
  }

  private async authorize({ scopes, jti }: VerifiedToken, scope: string): Promise<void> {
    const missing = this.catalogue.missing(scopes, [scope]);
    if (missing.length === 0) return;
    await this.audit.decide({
      type: 'admin.request.handled',
      outcome: { result: 'denied', reason: 'insufficient_scope', httpStatus: 403 },
      authz: { required: [scope], granted: scopes, missing },
      token: { kind: 'access', jti },
    });
    const headers = bearerChallenge(this.config, { error: 'insufficient_scope', scope });
    throw new AdminProblem('insufficient_scope', { detail: `This needs the scope ${scope}`, headers });
  }
}
