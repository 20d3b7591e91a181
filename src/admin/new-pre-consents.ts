import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { PreConsents, Resources, ScopeCatalogue, type PreConsentView } from '../oauth/index.js';
import { AdminProblem, invalidField } from './admin-problem.js';
import type { Operator } from './admin-request.js';
import { administrationIn } from './client-reach.js';
import type { NewPreConsentRequest } from './pre-consents.request.js';

/** Takes operators' decisions about what people are not asked for. */
@Injectable()
export class NewPreConsents {
  constructor(
    private readonly config: AppConfig,
    private readonly preConsents: PreConsents,
    private readonly resources: Resources,
    private readonly catalogue: ScopeCatalogue,
  ) {}

  async create(request: NewPreConsentRequest, operator: Operator): Promise<PreConsentView> {
    const resource = request.resource ?? this.config.mcpResource;
    const scopes = [...new Set(request.scopes)];
    this.check(resource, scopes);
    // Whoever opens a link would hand it over unasked, so nobody decides for more administration than they have.
    const admin = scopes.flatMap((scope) => administrationIn(scope, this.catalogue));
    if (this.catalogue.missing(operator.scopes, admin).length > 0)
      throw new AdminProblem('forbidden', {
        detail: 'Admin scopes can only be allowed beforehand by those who have them',
        reason: 'scope_escalation',
      });
    const { client_id: clientId, audience } = request;
    const made = await this.preConsents.decide({ clientId, audience, resource, scopes }, operator.actor);
    if (!made) throw invalidField('client_id', 'is not a client that is known here');
    return made;
  }

  private check(resourceId: string, scopes: readonly string[]): void {
    const resource = this.resources.find(resourceId);
    if (!resource) throw invalidField('resource', 'is not served here');
    const wrong = scopes.some((scope) => {
      const entry = this.catalogue.get(scope);
      return !entry || !this.resources.serves(resource, entry);
    });
    if (wrong) throw invalidField('scopes', 'has a scope that does not exist at this resource');
  }
}
