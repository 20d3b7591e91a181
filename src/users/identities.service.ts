import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/index.js';
import { accountOf, type Account } from './account.js';
import { LinkedIdentity } from './linked-identity.entity.js';

/** What an identity provider vouched for. */
export interface UpstreamIdentity {
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  readonly email?: string;
}

@Injectable()
export class IdentitiesService {
  constructor(private readonly audit: AuditLog) {}

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

  async link(tx: EntityManager, userId: string, identity: UpstreamIdentity): Promise<void> {
    const now = new Date();
    await tx.insert(LinkedIdentity, {
      id: uuidv7(),
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
      targets: [{ type: 'identity', id: `${identity.issuer} ${identity.subject}` }],
      details: { provider: identity.provider },
    });
  }
}
