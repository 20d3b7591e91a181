import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog } from '../audit/index.js';
import { accountOf, type Account } from './account.js';
import { SignInGroups } from './groups/sign-in-groups.js';
import { LinkedIdentity } from './linked-identity.entity.js';
import { User } from './user.entity.js';

/** What an identity provider vouched for. */
export interface UpstreamIdentity {
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  readonly email?: string;
}

/** An identity that is connected to an account. */
export interface Identity {
  readonly id: string;
  /** Id of the provider. */
  readonly provider: string;
  readonly subject: string;
  readonly email?: string;
  readonly createdAt: Date;
  readonly lastLoginAt?: Date;
}

@Injectable()
export class IdentitiesService {
  constructor(
    private readonly audit: AuditLog,
    private readonly dataSource: DataSource,
    private readonly groups: SignInGroups,
  ) {}

  /** The person an identity belongs to, by issuer and subject only. */
  async findUser(tx: EntityManager, { issuer, subject }: UpstreamIdentity): Promise<Account | undefined> {
    const identity = await tx.findOne(LinkedIdentity, {
      where: { issuer, subject },
      relations: { user: true },
    });
    if (!identity?.user) return undefined;
    await tx.update(LinkedIdentity, { id: identity.id }, { lastLoginAt: new Date() });
    return accountOf(identity.user);
  }

  /** Everybody that vouches for a person, in the order in which they were connected. */
  async of(userId: string, db: EntityManager = this.dataSource.manager): Promise<Identity[]> {
    const rows = await db.find(LinkedIdentity, { where: { userId }, order: { createdAt: 'ASC', id: 'ASC' } });
    return rows.map(({ id, provider, subject, email, createdAt, lastLoginAt }) => ({
      id,
      provider,
      subject,
      ...(email !== null && { email }),
      createdAt,
      ...(lastLoginAt && { lastLoginAt }),
    }));
  }

  /** Whether this issuer knows the person already, by whatever subject. */
  hasAt(tx: EntityManager, userId: string, issuer: string): Promise<boolean> {
    return tx.existsBy(LinkedIdentity, { userId, issuer });
  }

  /**
   * Whom a provisioning client knows by this id. Nobody when that is several people, or somebody whom the issuer knows
   * by another subject already.
   */
  async findProvisioned(tx: EntityManager, externalId: string, issuer: string): Promise<Account | undefined> {
    // PostgreSQL text cannot hold NUL; such an id is nobody's.
    if (externalId.includes('\0')) return undefined;
    const [user, ...more] = await tx.find(User, { where: { externalId }, take: 2 });
    if (!user || more.length > 0 || (await this.hasAt(tx, user.id, issuer))) return undefined;
    return accountOf(user);
  }

  async link(tx: EntityManager, userId: string, identity: UpstreamIdentity): Promise<void> {
    const now = new Date();
    const id = uuidv7();
    await tx.insert(LinkedIdentity, {
      id,
      userId,
      provider: identity.provider,
      issuer: identity.issuer,
      subject: identity.subject,
      email: identity.email ?? null,
      createdAt: now,
      lastLoginAt: now,
    });
    await this.audit.record(tx, {
      type: 'idp.identity.linked',
      userId,
      targets: [{ type: 'identity', id }],
      details: { provider: identity.provider, issuer: identity.issuer, subject: identity.subject },
    });
  }

  async unlink(tx: EntityManager, userId: string, { id, provider }: Identity): Promise<void> {
    await tx.delete(LinkedIdentity, { id, userId });
    await this.groups.forget(tx, provider, userId);
    await this.audit.record(tx, {
      type: 'idp.identity.unlinked',
      userId,
      targets: [{ type: 'identity', id }],
      details: { provider },
    });
  }
}
