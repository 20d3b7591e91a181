import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { identify } from '../../../audit/index.js';
import { isUniqueViolation } from '../../../database/index.js';
import {
  IdentitiesService,
  isAuthoritative,
  UsersService,
  type Account,
  type UpstreamIdentity,
} from '../../../users/index.js';
import { notAccepted, type Verified } from './assertions.js';

/** The person an assertion is about. */
export interface Asserted {
  readonly account: Account;
  /** Recognised by e-mail address; from now on by issuer and subject. */
  readonly link?: UpstreamIdentity;
}

/** Finds people by issuer and subject; by e-mail address once at most, from the issuer whose domain it is. */
@Injectable()
export class AssertedPeople {
  constructor(
    private readonly dataSource: DataSource,
    private readonly identities: IdentitiesService,
    private readonly users: UsersService,
  ) {}

  /** @throws OAuthError invalid_grant */
  async find(verified: Verified): Promise<Asserted> {
    const identity = identityOf(verified);
    const tx = this.dataSource.manager;
    const known = await this.identities.findUser(tx, identity);
    const asserted = known ? { account: known } : await this.byEmail(tx, verified, identity);
    identify({ userId: asserted.account.id });
    if (asserted.account.disabledAt) throw notAccepted('user_disabled');
    return asserted;
  }

  /** @throws OAuthError invalid_grant when the identity was linked to somebody else meanwhile */
  async link({ account, link }: Asserted): Promise<void> {
    if (!link) return;
    try {
      await this.dataSource.transaction((tx) => this.identities.link(tx, account.id, link));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const now = await this.identities.findUser(this.dataSource.manager, link);
      if (now?.id !== account.id) throw notAccepted('identity_linked_elsewhere');
    }
  }

  private async byEmail(
    tx: EntityManager,
    { section, jag }: Verified,
    identity: UpstreamIdentity,
  ): Promise<Asserted> {
    const { email } = jag;
    if (email === undefined || !isAuthoritative(section.linkByEmail, email))
      throw notAccepted('unknown_subject');
    const account = await this.users.findByEmailIn(tx, email);
    // An account whose own address nobody made sure of may have been put there to wait for this person.
    if (!account?.emailVerified) throw notAccepted('unknown_subject');
    if (!(await this.identities.hasAt(tx, account.id, identity.issuer)))
      return { account, link: { ...identity, email } };
    // Linked by another request between the two looks; or by another subject, and the address has a new owner.
    const meanwhile = await this.identities.findUser(tx, identity);
    if (!meanwhile) throw notAccepted('email_of_another_subject');
    return { account: meanwhile };
  }
}

/** A link made by single sign-on with the same issuer counts; a tenant's subjects are its own. */
function identityOf({ section, jag }: Verified): UpstreamIdentity {
  const { issuer, tenant } = section;
  return {
    provider: `id-jag:${issuer}`,
    issuer: tenant === undefined ? issuer : `${issuer} ${tenant}`,
    subject: jag.subject,
  };
}
