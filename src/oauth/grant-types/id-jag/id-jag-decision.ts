import { Injectable } from '@nestjs/common';
import type { Resource } from '../../resources.js';
import { ScopePolicy } from '../../scope-policy.js';
import type { TokenRequest } from '../grant-type.js';
import { AssertedPeople, type Asserted } from './asserted-people.js';
import { notAccepted, type Verified } from './assertions.js';
import { IdJagTarget } from './id-jag-target.js';
import { PersonConsent } from './person-consent.js';

/** For whom a token is issued, and what it may do. */
export interface Decided {
  readonly asserted: Asserted;
  readonly resource: Resource;
  readonly scopes: readonly string[];
}

/** Decides what a verified assertion gives. A refusal is final: nobody is asked instead. */
@Injectable()
export class IdJagDecision {
  constructor(
    private readonly people: AssertedPeople,
    private readonly target: IdJagTarget,
    private readonly policy: ScopePolicy,
    private readonly consent: PersonConsent,
  ) {}

  /** @throws OAuthError invalid_grant, invalid_target */
  async decide(request: TokenRequest, verified: Verified): Promise<Decided> {
    const { client, jkt } = request;
    if (verified.jag.jkt !== undefined && verified.jag.jkt !== jkt)
      throw notAccepted('dpop_key_differs_from_assertion');
    const resource = this.target.resource(request, verified);
    const asked = this.target.scopes(request, verified);
    const asserted = await this.people.find(verified);
    const { account } = asserted;
    const scopes = this.policy.stillAllowed(asked, { client, person: account, resource: resource.id });
    if (scopes.length === 0) throw notAccepted('no_scope_left');
    const asks = verified.section.requireConsent && !client.skipConsent;
    if (asks && !(await this.consent.covers(account.id, client, resource.id, scopes)))
      throw notAccepted('consent_missing');
    return { asserted, resource, scopes };
  }

  /** When the assertion is spent: the person is recognised by it from now on. */
  async settle({ asserted }: Decided): Promise<void> {
    await this.people.link(asserted);
  }
}
