import { Injectable } from '@nestjs/common';
import { AppConfig, type TrustedIssuerSection } from '../../../config/index.js';
import { OAuthError } from '../../oauth-error.js';
import type { Params } from '../../params.js';
import { Resources, type Resource } from '../../resources.js';
import { ScopeCatalogue } from '../../scope-catalogue.js';
import { DEFAULT_SCOPES, isAdminScope } from '../../scopes.js';
import type { TokenRequest } from '../grant-type.js';
import { notAccepted, type Verified } from './assertions.js';

/** What an assertion is redeemed for, before the person and the client are considered. */
@Injectable()
export class IdJagTarget {
  constructor(
    private readonly config: AppConfig,
    private readonly resources: Resources,
    private readonly catalogue: ScopeCatalogue,
  ) {}

  /**
   * The resource that the assertion names; the request may choose where it leaves a choice.
   * @throws OAuthError invalid_grant, or invalid_target for what the request itself names
   */
  resource({ params }: TokenRequest, { section, jag }: Verified): Resource {
    const named = new Set(jag.resources.map((id) => this.ours(id)));
    const asked =
      params.all('resource').length > 0 ? this.resources.select(params.all('resource'), []) : undefined;
    if (asked && named.size > 0 && !named.has(asked))
      throw new OAuthError('invalid_target', 'The assertion is for another resource', {
        reason: 'resource_differs_from_assertion',
      });
    const [only] = named;
    if (!asked && named.size > 1) throw notAccepted('assertion_for_several_resources');
    const resource = asked ?? only ?? this.unnamed();
    if (!this.allowedTo(section, resource)) throw notAccepted('resource_not_allowed_for_issuer');
    return resource;
  }

  /**
   * What is asked for, of what the assertion and the issuer's ceiling allow.
   * @throws OAuthError invalid_grant
   */
  scopes({ params, client }: TokenRequest, { section, jag }: Verified): string[] {
    const usual = client.scopes.length > 0 ? client.scopes : DEFAULT_SCOPES;
    const asked = this.asked(params) ?? jag.scopes ?? usual;
    return asked.filter(
      (name) =>
        // No refresh token comes of an assertion.
        name !== 'offline_access' &&
        (jag.scopes === undefined || this.catalogue.missing(jag.scopes, [name]).length === 0) &&
        this.isBelow(section, name),
    );
  }

  private asked(params: Params): string[] | undefined {
    const names = [...new Set(params.get('scope')?.split(' ').filter(Boolean))];
    if (names.length === 0) return undefined;
    const unknown = names.some((name) => !this.catalogue.has(name));
    if (unknown && !this.config.policies.clients.ignore_unknown_scopes) throw notAccepted('unknown_scope');
    return names;
  }

  private isBelow({ scopes }: TrustedIssuerSection, name: string): boolean {
    return scopes ? this.catalogue.missing(scopes, [name]).length === 0 : !isAdminScope(name);
  }

  private ours(id: string): Resource {
    try {
      return this.resources.select([id], []);
    } catch (error) {
      throw error instanceof OAuthError ? notAccepted('resource_not_ours') : error;
    }
  }

  private unnamed(): Resource {
    if (!this.config.policies.clients.default_resource) throw notAccepted('missing_resource');
    return this.resources.named(this.config.mcpResource);
  }

  private allowedTo({ resources }: TrustedIssuerSection, { id, kind }: Resource): boolean {
    return resources === undefined || resources.some((name) => name === id || name === kind);
  }
}
