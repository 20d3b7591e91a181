import { Injectable } from '@nestjs/common';
import { DataSource, QueryFailedError, type EntityManager } from 'typeorm';
import { AppConfig } from '../config/index.js';
import { IdentitiesService, UsersService, type Account } from '../users/index.js';
import { isAuthoritative } from './authority.js';
import type { Assertion } from './providers/provider.js';
import { SsoAudit } from './sso-audit.js';
import { PersonRefused } from './sso-failure.js';

const UNIQUE_VIOLATION = '23505';
const ATTEMPTS = 3;

/** The one place that decides which account an assertion opens, if any. */
@Injectable()
export class LinkingDecision {
  constructor(
    private readonly config: AppConfig,
    private readonly users: UsersService,
    private readonly identities: IdentitiesService,
  ) {}

  async decide(tx: EntityManager, assertion: Assertion): Promise<Account | PersonRefused> {
    const { identity } = assertion;
    const known = await this.identities.findUser(tx, identity);
    if (known) return unlessDisabled(known);
    if (!identity.email) return new PersonRefused('email_missing');
    const existing = await this.users.findByEmailIn(tx, identity.email);
    // Between the two looks another request may have made the account, of this very identity.
    const meanwhile = existing && (await this.identities.findUser(tx, identity));
    if (meanwhile) return unlessDisabled(meanwhile);
    const outcome = existing
      ? this.linkable(existing, assertion)
      : await this.create(tx, identity.email, assertion);
    if (!(outcome instanceof PersonRefused)) await this.identities.link(tx, outcome.id, identity);
    return outcome;
  }

  private linkable(existing: Account, assertion: Assertion): Account | PersonRefused {
    // An account whose own address nobody made sure of may have been put there to wait for this person.
    if (!this.vouches(assertion) || !existing.emailVerified) return new PersonRefused('email_taken');
    return unlessDisabled(existing);
  }

  private create(tx: EntityManager, email: string, assertion: Assertion): Promise<Account> {
    const { name } = assertion;
    return this.users.create(tx, {
      email,
      emailVerified: this.vouches(assertion),
      ...(name && { name }),
      origin: 'sso',
    });
  }

  /** A verified address counts only from the provider whose domain it is: anybody can verify anything at their own. */
  private vouches({ identity, emailVerified }: Assertion): boolean {
    const section = this.config.identityProviders.find(({ id }) => id === identity.provider);
    return (
      emailVerified && identity.email !== undefined && isAuthoritative(section?.domains ?? [], identity.email)
    );
  }
}

@Injectable()
export class AccountLinking {
  constructor(
    private readonly dataSource: DataSource,
    private readonly decision: LinkingDecision,
    private readonly audit: SsoAudit,
  ) {}

  /** @throws PersonRefused, once that is in the audit trail */
  async accountFor(assertion: Assertion): Promise<Account> {
    const outcome = await this.settled(assertion);
    if (!(outcome instanceof PersonRefused)) return outcome;
    await this.audit.failed(assertion.identity.provider, outcome);
    throw outcome;
  }

  /** Of several first sign-ins at once one makes the account; the others run into it and look again. */
  private async settled(assertion: Assertion): Promise<Account | PersonRefused> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.dataSource.transaction((tx) => this.decision.decide(tx, assertion));
      } catch (error) {
        if (attempt === ATTEMPTS || !isUniqueViolation(error)) throw error;
      }
    }
  }
}

const unlessDisabled = (account: Account): Account | PersonRefused =>
  account.disabledAt ? new PersonRefused('account_disabled', { user: account.id }) : account;

function isUniqueViolation(error: unknown): boolean {
  return (
    error instanceof QueryFailedError && (error.driverError as { code?: unknown }).code === UNIQUE_VIOLATION
  );
}
