import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AnyProviderSection } from '../config/index.js';
import { isUniqueViolation } from '../database/index.js';
import {
  IdentitiesService,
  isAuthoritative,
  SignInGroups,
  UsersService,
  type Account,
} from '../users/index.js';
import type { Assertion } from './providers/provider.js';
import { SsoAudit } from './sso-audit.js';
import { PersonRefused } from './sso-failure.js';
import { SsoProviders } from './sso-providers.js';

const ATTEMPTS = 3;

/** The one place that decides which account an assertion opens, if any. */
@Injectable()
export class LinkingDecision {
  constructor(
    private readonly users: UsersService,
    private readonly identities: IdentitiesService,
    private readonly groups: SignInGroups,
  ) {}

  /** Whoever is let in is in the groups that the provider says now. `provider` is how the one that vouches is set up. */
  async decide(
    tx: EntityManager,
    assertion: Assertion,
    provider: AnyProviderSection,
  ): Promise<Account | PersonRefused> {
    const outcome = await this.find(tx, assertion, provider);
    if (!(outcome instanceof PersonRefused))
      await this.groups.apply(tx, outcome.id, assertion.identity.provider, assertion.claims);
    return outcome;
  }

  /** The account of whoever asks for it, with this identity connected to it. */
  async attach(
    tx: EntityManager,
    assertion: Assertion,
    { provider, userId }: { provider: AnyProviderSection; userId: string },
  ): Promise<Account | PersonRefused> {
    const { identity } = assertion;
    if (!isAdmitted(assertion, provider)) return new PersonRefused('domain_not_allowed');
    const known = await this.identities.findUser(tx, identity);
    if (known && known.id !== userId) return new PersonRefused('identity_of_another', { user: known.id });
    const account = known ?? (await this.users.findIn(tx, userId));
    if (!account) return new PersonRefused('account_gone');
    const outcome = unlessDisabled(account);
    if (outcome instanceof PersonRefused) return outcome;
    if (!known) await this.identities.link(tx, userId, identity);
    await this.groups.apply(tx, userId, identity.provider, assertion.claims);
    return account;
  }

  private async find(
    tx: EntityManager,
    assertion: Assertion,
    provider: AnyProviderSection,
  ): Promise<Account | PersonRefused> {
    const { identity } = assertion;
    if (!isAdmitted(assertion, provider)) return new PersonRefused('domain_not_allowed');
    const known = await this.identities.findUser(tx, identity);
    if (known) return unlessDisabled(known);
    const provisioned = await this.provisioned(tx, assertion, provider);
    if (provisioned) return this.linked(tx, unlessDisabled(provisioned), assertion);
    if (!identity.email) return new PersonRefused('email_missing');
    const existing = await this.users.findByEmailIn(tx, identity.email);
    // Between the two looks another request may have made the account, of this very identity.
    const meanwhile = existing && (await this.identities.findUser(tx, identity));
    if (meanwhile) return unlessDisabled(meanwhile);
    if (!existing && !provider.signUp) return new PersonRefused('sign_up_closed');
    const isVouchedFor = vouches(provider, assertion);
    const outcome = existing
      ? linkable(existing, isVouchedFor)
      : await this.create(tx, { ...assertion, emailVerified: isVouchedFor }, identity.email);
    return this.linked(tx, outcome, assertion);
  }

  /** The account that the organisation's directory made (SCIM), where this provider names people as the directory does. */
  private provisioned(
    tx: EntityManager,
    { identity, claims }: Assertion,
    { externalIdClaim }: AnyProviderSection,
  ): Promise<Account | undefined> {
    const externalId = externalIdClaim && claims[externalIdClaim];
    if (typeof externalId !== 'string' || externalId === '') return Promise.resolve(undefined);
    return this.identities.findProvisioned(tx, externalId, identity.issuer);
  }

  private async linked(
    tx: EntityManager,
    outcome: Account | PersonRefused,
    { identity }: Assertion,
  ): Promise<Account | PersonRefused> {
    if (!(outcome instanceof PersonRefused)) await this.identities.link(tx, outcome.id, identity);
    return outcome;
  }

  private create(tx: EntityManager, { name, emailVerified }: Assertion, email: string): Promise<Account> {
    return this.users.create(tx, { email, emailVerified, ...(name && { name }), origin: 'sso' });
  }
}

function linkable(existing: Account, isVouchedFor: boolean): Account | PersonRefused {
  // An account whose own address nobody made sure of may have been put there to wait for this person.
  if (!isVouchedFor || !existing.emailVerified) return new PersonRefused('email_taken');
  return unlessDisabled(existing);
}

/** A verified address counts only from the provider whose domain it is: anybody can verify anything at their own. */
const vouches = ({ domains }: AnyProviderSection, { identity, emailVerified }: Assertion): boolean =>
  emailVerified && identity.email !== undefined && isAuthoritative(domains, identity.email);

/** Looked at in every sign-in: whoever has moved to an address elsewhere comes in no more. */
function isAdmitted({ identity, emailVerified }: Assertion, { allowedDomains }: AnyProviderSection): boolean {
  if (allowedDomains.length === 0) return true;
  return emailVerified && identity.email !== undefined && isAuthoritative(allowedDomains, identity.email);
}

type Decide = (tx: EntityManager, provider: AnyProviderSection) => Promise<Account | PersonRefused>;

@Injectable()
export class AccountLinking {
  constructor(
    private readonly dataSource: DataSource,
    private readonly decision: LinkingDecision,
    private readonly audit: SsoAudit,
    private readonly providers: SsoProviders,
  ) {}

  /** @throws PersonRefused, once that is in the audit trail */
  accountFor(assertion: Assertion): Promise<Account> {
    return this.settled(assertion, (tx, provider) => this.decision.decide(tx, assertion, provider));
  }

  /** @throws PersonRefused, once that is in the audit trail */
  attach(assertion: Assertion, userId: string): Promise<Account> {
    return this.settled(assertion, (tx, provider) =>
      this.decision.attach(tx, assertion, { provider, userId }),
    );
  }

  private async settled(assertion: Assertion, decide: Decide): Promise<Account> {
    const live = await this.providers.find(assertion.identity.provider);
    const outcome = live
      ? await this.decided((tx) => decide(tx, live.section))
      : new PersonRefused('provider_gone_meanwhile');
    if (!(outcome instanceof PersonRefused)) return outcome;
    await this.audit.failed(assertion.identity.provider, outcome);
    throw outcome;
  }

  /** Of several first sign-ins at once one makes the account; the others run into it and look again. */
  private async decided(
    decide: (tx: EntityManager) => Promise<Account | PersonRefused>,
  ): Promise<Account | PersonRefused> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.dataSource.transaction(decide);
      } catch (error) {
        if (attempt === ATTEMPTS || !isUniqueViolation(error)) throw error;
      }
    }
  }
}

const unlessDisabled = (account: Account): Account | PersonRefused =>
  account.disabledAt ? new PersonRefused('account_disabled', { user: account.id }) : account;
