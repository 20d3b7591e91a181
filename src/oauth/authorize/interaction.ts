import { Injectable } from '@nestjs/common';
import type { SignedIn } from '../../sessions/index.js';
import { UsersService } from '../../users/index.js';
import { ScopePolicy } from '../scope-policy.js';
import type { Allowed } from './authorization.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { ConsentMemory, type Remembered } from './consent-memory.js';
import { provesIdentity } from './redirect-uri.js';

/** What has to happen before the answer. */
export type NextStep =
  | { readonly step: 'sign_in' }
  | { readonly step: 'ask'; readonly scopes: readonly string[]; readonly remembered: Remembered }
  | { readonly step: 'nothing_to_grant' }
  | { readonly step: 'answer'; readonly allowed: Allowed };

/** Decides, from the request and who is signed in, whether people have to be asked anything. */
@Injectable()
export class Interaction {
  constructor(
    private readonly policy: ScopePolicy,
    private readonly users: UsersService,
    private readonly memory: ConsentMemory,
  ) {}

  async next(
    request: AuthorizationRequest,
    person: SignedIn | undefined,
    now = Date.now(),
  ): Promise<NextStep> {
    if (!person || request.prompt.has('login') || isTooOld(request, person, now)) return { step: 'sign_in' };
    const account = await this.users.find(person.userId);
    const scopes = this.policy.allowedTo(account?.roles ?? [], request.scopes);
    if (scopes.length === 0) return { step: 'nothing_to_grant' };
    if (request.client.skipConsent) return { step: 'answer', allowed: { scopes, how: 'skipped' } };
    const remembered = await this.memory.recall(person.userId, request);
    const silent =
      this.memory.covers(remembered, scopes) &&
      provesIdentity(request.redirectUri) &&
      !request.prompt.has('consent');
    return silent
      ? { step: 'answer', allowed: { scopes, how: 'remembered' } }
      : { step: 'ask', scopes, remembered };
  }
}

/** OpenID Connect Core §3.1.2.1 (`max_age`). */
function isTooOld({ maxAge }: AuthorizationRequest, person: SignedIn, now: number): boolean {
  return maxAge !== undefined && now - person.authTime.getTime() > maxAge * 1_000;
}
