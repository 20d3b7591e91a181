import { Injectable } from '@nestjs/common';
import type { SignedIn } from '../../sessions/index.js';
import { UsersService } from '../../users/index.js';
import { ScopePolicy } from '../scope-policy.js';
import type { Allowed } from './authorization.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { ConsentMemory, type Said } from './consent-memory.js';
import { SignInDemands, type SignInDemand } from './sign-in-demands.js';

/** What a page of consent is about: the scopes that this person may grant, and what was said of them before. */
export interface Question extends Said {
  readonly scopes: readonly string[];
}

/** What has to happen before the answer. */
export type NextStep =
  | SignInDemand
  | { readonly step: 'nothing_to_grant' }
  | { readonly step: 'ask'; readonly question: Question }
  | { readonly step: 'answer'; readonly question: Question; readonly allowed: Allowed };

/** Decides, from the request and who is signed in, whether people have to be asked anything. */
@Injectable()
export class Interaction {
  constructor(
    private readonly policy: ScopePolicy,
    private readonly users: UsersService,
    private readonly memory: ConsentMemory,
    private readonly demands: SignInDemands,
  ) {}

  async next(
    request: AuthorizationRequest,
    person: SignedIn | undefined,
    now = Date.now(),
  ): Promise<NextStep> {
    const demand = this.demands.find(request, person, now);
    if (demand || !person) return demand ?? { step: 'sign_in' };
    const account = await this.users.find(person.userId);
    const authority = account ?? { roles: [], groups: [] };
    const scopes = this.policy.allowedTo(authority, request.client, request.scopes);
    if (scopes.length === 0) return { step: 'nothing_to_grant' };
    const question = { scopes, ...(await this.memory.recall(person.userId, authority, request)) };
    const how = this.memory.spares(request, question);
    return how ? { step: 'answer', question, allowed: { scopes, how } } : { step: 'ask', question };
  }
}
