import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { EntityManager } from 'typeorm';
import { AuditLog, type AuditFact } from '../audit/index.js';
import { emailKey, snapshotOf } from './account.js';
import { unlessTaken } from './credentials.js';
import { keepAnAdminBeside } from './groups/effective-roles.js';
import type { By } from './groups/rights.js';
import { User } from './user.entity.js';

/** What a provisioning client says of a person. */
export interface ProvisionedUser {
  readonly userName: string;
  readonly email: string;
  /** The client is authoritative for the address. */
  readonly vouched: boolean;
  readonly name: string | null;
  readonly externalId: string | null;
  /** What else it said, as SCIM has it. */
  readonly profile: Record<string, unknown>;
}

/** Somebody else has the user name or the e-mail address. */
export class UserTaken extends Error {}

/** Who is called so, by a user name or by the address that stands for one. */
const TAKEN = `
SELECT 1 FROM users WHERE id IS DISTINCT FROM $1
  AND (email_key = $3 OR user_name_key = $2 OR (user_name_key IS NULL AND email_key = $2)) LIMIT 1`;

/** Accounts as a provisioning client makes and changes them. Roles and groups are not its to give here. */
@Injectable()
export class UserProvisioning {
  constructor(private readonly audit: AuditLog) {}

  /** @throws UserTaken */
  async create(tx: EntityManager, wanted: ProvisionedUser, by: By): Promise<string> {
    const id = uuidv7();
    await this.checkFree(tx, null, wanted);
    const now = new Date();
    const user = Object.assign(new User(), {
      id,
      ...columnsOf(wanted),
      emailVerified: wanted.vouched,
      passwordHash: null,
      roles: [],
      assignedRoles: [],
      disabledAt: null,
      disabledOrigin: null,
      createdAt: now,
      lastLoginAt: null,
      groups: [],
      updatedAt: now,
      version: 1,
    } satisfies User);
    await this.write(tx, (inner) => inner.insert(User, user));
    await this.audit.record(tx, {
      ...factOf('user.account.created', id, by),
      targets: [{ type: 'user', id, display: wanted.email }],
      change: { before: null, after: snapshotOf(user) },
      details: { origin: 'scim', roles: [] },
    });
    return id;
  }

  /** In place of all that was said before. The row must be locked. @throws UserTaken */
  async update(tx: EntityManager, id: string, wanted: ProvisionedUser, by: By): Promise<void> {
    await this.checkFree(tx, id, wanted);
    const before = await tx.findOneByOrFail(User, { id });
    const after = columnsOf(wanted);
    const changed = Object.entries(after)
      .filter(([name, value]) => JSON.stringify(before[name as keyof User]) !== JSON.stringify(value))
      .map(([name]) => name)
      .filter((name) => !name.endsWith('Key'));
    // What somebody made sure of stays so while the address is the same.
    const emailVerified = wanted.vouched || (before.emailVerified && before.emailKey === after.emailKey);
    if (changed.length === 0 && emailVerified === before.emailVerified) return;
    const values = Object.assign(new User(), after, { emailVerified });
    await this.write(tx, (inner) => inner.update(User, { id }, values));
    await this.audit.record(tx, {
      ...factOf('user.account.changed', id, by),
      change: { before: snapshotOf(before), after: snapshotOf(Object.assign(new User(), before, values)) },
      details: {
        changed,
        ...(changed.includes('email') && { email: { before: before.email, after: wanted.email } }),
      },
    });
  }

  /**
   * Before what they hold is ended.
   * @throws LastAdmin
   */
  checkRemovable(tx: EntityManager, id: string): Promise<void> {
    return keepAnAdminBeside(tx, id);
  }

  /** Everything that hangs off the account goes; what they hold must have been ended in this transaction. */
  async remove(tx: EntityManager, id: string, by: By): Promise<void> {
    const user = await tx.findOneByOrFail(User, { id });
    await tx.delete(User, { id });
    await this.audit.record(tx, {
      ...factOf('user.account.deleted', id, by),
      targets: [{ type: 'user', id, display: user.email }],
      change: { before: snapshotOf(user), after: null },
      ...(by.reason && { details: { reason: by.reason } }),
    });
  }

  /** Of two requests at once for one name, one is served. */
  private async write(tx: EntityManager, work: (inner: EntityManager) => Promise<unknown>): Promise<void> {
    if ((await unlessTaken(tx, work)) === false) throw new UserTaken();
  }

  private async checkFree(tx: EntityManager, id: string | null, wanted: ProvisionedUser): Promise<void> {
    const keys = [emailKey(wanted.userName), emailKey(wanted.email)];
    if ((await tx.query<unknown[]>(TAKEN, [id, ...keys])).length > 0) throw new UserTaken();
  }
}

function columnsOf({ userName, email, name, externalId, profile }: ProvisionedUser) {
  return {
    userName,
    userNameKey: emailKey(userName),
    email: email.trim(),
    emailKey: emailKey(email),
    name,
    externalId,
    scimProfile: profile,
  };
}

const factOf = (
  type: 'user.account.created' | 'user.account.changed' | 'user.account.deleted',
  id: string,
  { actor }: By,
): AuditFact => ({ type, actor, userId: id, targets: [{ type: 'user', id }] });
