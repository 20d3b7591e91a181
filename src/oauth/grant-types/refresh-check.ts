import { Injectable } from '@nestjs/common';
import { OAuthError } from '../oauth-error.js';
import { Resources } from '../resources.js';
import { ScopeCatalogue } from '../scope-catalogue.js';
import { ScopePolicy } from '../scope-policy.js';
import { invalidGrant, type Refusal } from './outcome.js';
import { PersonNeeded } from './person-needed.js';
import type { RefreshState } from './refresh-rotation.js';
import type { RefreshRequest } from './refresh-request.js';

/** What a living refresh token may be asked for. */
@Injectable()
export class RefreshCheck {
  constructor(
    private readonly resources: Resources,
    private readonly person: PersonNeeded,
    private readonly catalogue: ScopeCatalogue,
    private readonly policy: ScopePolicy,
  ) {}

  /**
   * RFC 6749 §6: narrower is allowed, wider is not; RFC 8707 §2.2: the resource stays. What the person may no longer
   * grant, or the client no longer have, is left out.
   */
  async admit(
    state: RefreshState,
    { client, scope, resources }: RefreshRequest,
  ): Promise<{ scopes: readonly string[] } | Refusal> {
    if (this.catalogue.missing(state.scopes, scope).length > 0)
      return refuse('invalid_scope', 'The scope is wider than what was granted', 'scope_wider_than_grant');
    if (resources.length > 0 && this.resources.select(resources, []).id !== state.resource)
      return refuse('invalid_target', 'The refresh token is for another resource', 'resource_differs');
    const wanted = scope.length > 0 ? [...new Set(scope)] : state.scopes;
    const scopes = this.policy.stillAllowed(wanted, { client, person: state, resource: state.resource });
    if (scopes.length === 0) return invalidGrant('no_scope_left');
    const reason = await this.person.why(state);
    return reason ? invalidGrant(reason) : { scopes };
  }
}

function refuse(code: 'invalid_scope' | 'invalid_target', description: string, reason: string): Refusal {
  return { refusal: new OAuthError(code, description, { reason }) };
}
