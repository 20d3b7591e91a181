import { Injectable } from '@nestjs/common';
import { identify } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import { accessChallenge, AccessRefused, idsOf, ResourceAccess, ScopeCatalogue } from '../oauth/index.js';
import type { ScimCaller, ScimRequest } from './scim-caller.js';
import { ScimRefusal } from './scim-refusal.js';

/** Access tokens of this server (RFC 9068) at the provisioning resource. */
@Injectable()
export class ScimAccess {
  constructor(
    private readonly config: AppConfig,
    private readonly access: ResourceAccess,
    private readonly catalogue: ScopeCatalogue,
  ) {}

  /** @throws ScimRefusal */
  async caller(req: ScimRequest): Promise<ScimCaller> {
    const token = await this.access.verify(req, this.config.scimResource).catch((error: unknown) => {
      if (!(error instanceof AccessRefused)) throw error;
      throw this.refused(error.reason, error);
    });
    identify(idsOf(token));
    const may = (...scopes: string[]): boolean => this.catalogue.missing(token.scopes, scopes).length === 0;
    // Provisioning can make administrators: it takes all that they have.
    const mayWrite = may('scim') || may(...this.catalogue.administration('admin'));
    if (!mayWrite && !may('admin:users:read')) throw this.insufficient();
    const actor = token.userId
      ? ({ type: 'admin', id: token.userId } as const)
      : ({ type: 'client', id: token.clientId } as const);
    return { actor, mayWrite, vouchesFor: [] };
  }

  refused(reason: string, error?: AccessRefused): ScimRefusal {
    const asked = { resourceMetadata: this.metadataUrl, scopes: ['scim'] };
    const challenge = error?.challenge(asked) ?? accessChallenge({ ...asked, error: 'invalid_token' });
    return new ScimRefusal(error?.status ?? 401, 'A valid token is required', {
      reason,
      headers: { 'WWW-Authenticate': challenge },
    });
  }

  insufficient(): ScimRefusal {
    const challenge = accessChallenge({
      error: 'insufficient_scope',
      resourceMetadata: this.metadataUrl,
      scopes: ['scim'],
    });
    return new ScimRefusal(403, 'The token does not allow this', {
      reason: 'insufficient_scope',
      headers: { 'WWW-Authenticate': challenge },
    });
  }

  /** RFC 9728 §3.1 */
  private get metadataUrl(): string {
    const { origin, basePath } = this.config;
    return `${origin}/.well-known/oauth-protected-resource${basePath}/scim`;
  }
}
