import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { StepUp } from '../grants/step-up.js';
import { OAuthError } from '../oauth-error.js';
import { Resources } from '../resources.js';
import { ScopeCatalogue } from '../scope-catalogue.js';
import { invalidGrant, type Refusal } from './outcome.js';
import type { RefreshState } from './refresh-rotation.js';

interface Asked {
  readonly scope: string | undefined;
  readonly resources: readonly string[];
}

/** What a living refresh token may be asked for. */
@Injectable()
export class RefreshCheck {
  constructor(
    private readonly resources: Resources,
    private readonly stepUp: StepUp,
    private readonly catalogue: ScopeCatalogue,
  ) {}

  /** RFC 6749 §6: narrower is allowed, wider is not; RFC 8707 §2.2: the resource stays. */
  async refusal(
    tx: EntityManager,
    state: RefreshState,
    { scope, resources }: Asked,
  ): Promise<Refusal | undefined> {
    const names = scope?.split(' ').filter(Boolean) ?? [];
    if (this.catalogue.missing(state.scopes, names).length > 0)
      return refuse('invalid_scope', 'The scope is wider than what was granted', 'scope_wider_than_grant');
    if (resources.length > 0 && this.resources.select(resources, []).id !== state.resource)
      return refuse('invalid_target', 'The refresh token is for another resource', 'resource_differs');
    if (await this.stepUp.answers(tx, state.grant_id, state.step_up_at))
      return invalidGrant('step_up_needs_the_person');
    return undefined;
  }
}

function refuse(code: 'invalid_scope' | 'invalid_target', description: string, reason: string): Refusal {
  return { refusal: new OAuthError(code, description, { reason }) };
}
