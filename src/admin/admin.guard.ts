import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AuditLog, identify } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import {
  accessChallenge,
  AccessRefused,
  idsOf,
  ResourceAccess,
  ScopeCatalogue,
  type VerifiedToken,
} from '../oauth/index.js';
import { adminMetadataUrl } from './admin-challenge.js';
import { AdminProblem, type ProblemCode } from './admin-problem.js';
import type { AdminRequest } from './admin-request.js';
import { given } from './paging.js';
import { asksRecentSignIn, checkRecentSignIn } from './recent-sign-in.js';
import { requiredScope } from './require-admin-scope.js';

/** A wrong proof is a wrong token to this API: what is wrong with it is in the challenge (RFC 9449 §7.1). */
const PROBLEM_OF = {
  credentials_missing: 'credentials_missing',
  invalid_request: 'invalid_request',
  invalid_token: 'invalid_token',
  invalid_dpop_proof: 'invalid_token',
  use_dpop_nonce: 'invalid_token',
} as const satisfies Record<string, ProblemCode>;

/**
 * Every request carries an access token for the admin resource in the Authorization header, and nowhere else, with the
 * scope its route declares. A route that declares none is refused to everybody.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    private readonly config: AppConfig,
    private readonly access: ResourceAccess,
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
    const ifMatch = req.headers['if-match'];
    const { authTime } = token;
    req.token = token;
    req.operator = { actor, scopes: token.scopes, ...given({ ifMatch, authTime }) };
    identify({ actor, ...idsOf(token) });
    await this.authorize(token, scope);
    if (asksRecentSignIn(execution.getHandler())) {
      const maxAge = this.config.lifetimes.adminSignIn;
      checkRecentSignIn(req.operator, { maxAge, resourceMetadata: adminMetadataUrl(this.config) });
    }
    return true;
  }

  private async authenticated(req: AdminRequest, scope: string): Promise<VerifiedToken> {
    try {
      return await this.access.verify(req, this.config.adminResource);
    } catch (error) {
      if (!(error instanceof AccessRefused)) throw error;
      const { code = 'credentials_missing', reason, description: detail } = error;
      const resourceMetadata = adminMetadataUrl(this.config);
      const headers = { 'WWW-Authenticate': error.challenge({ resourceMetadata, scopes: [scope] }) };
      throw new AdminProblem(PROBLEM_OF[code], { detail, reason, headers }, { cause: error });
    }
  }

  private async authorize({ scopes, jti, jkt }: VerifiedToken, scope: string): Promise<void> {
    const missing = this.catalogue.missing(scopes, [scope]);
    if (missing.length === 0) return;
    await this.audit.decide({
      type: 'admin.request.handled',
      outcome: { result: 'denied', reason: 'insufficient_scope', httpStatus: 403 },
      authz: { required: [scope], granted: scopes, missing },
      token: { kind: 'access', jti },
    });
    const challenge = accessChallenge({
      scheme: jkt === undefined ? 'Bearer' : 'DPoP',
      error: 'insufficient_scope',
      resourceMetadata: adminMetadataUrl(this.config),
      scopes: [scope],
    });
    throw new AdminProblem('insufficient_scope', {
      detail: `This needs the scope ${scope}`,
      headers: { 'WWW-Authenticate': challenge },
    });
  }
}
