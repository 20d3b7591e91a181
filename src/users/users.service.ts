import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog, type Actor } from '../audit/index.js';
import { keysetPage, type KeysetPage, type KeysetQuery } from '../database/index.js';
import { accountOf, emailKey, snapshotOf, type Account } from './account.js';
import { PASSWORD_MARK, passwordMark } from './credentials.js';
import { keepAnAdminWithout } from './groups/effective-roles.js';
import { hashPassword, verifyPassword } from './password.js';
import { User, type DisabledOrigin, type Role } from './user.entity.js';

export interface NewUser {
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name?: string;
  readonly password?: string;
  readonly roles?: readonly Role[];
  /** How the account came to be, for the audit trail: `bootstrap`, `sso`, `admin`. */
  readonly origin: string;
}

export interface UserQuery extends KeysetQuery {
  /** Part of the e-mail address or name. */
  readonly q?: string;
  readonly email?: string;
  readonly active?: boolean;
  /** Has signed in through this identity provider, or could. */
  readonly idp?: string;
  /** Has signed in since. */
  readonly lastSeenAfter?: Date;
}

/** What came of a password: who has it, or whose account the address is of. */
export interface PasswordOutcome {
  readonly right?: Authenticated;
  readonly meant?: string;
}

/** Somebody whose password was right. */
export interface Authenticated {
  readonly account: Account;
  /** Of that password (`passwordMark`). */
  readonly mark: string;
}

const NOTE_LOGIN = `
UPDATE users SET last_login_at = now()
WHERE id = $1 AND disabled_at IS NULL AND ($2::text IS NULL OR ${PASSWORD_MARK} = $2) RETURNING id`;
const LINKED = 'EXISTS (SELECT 1 FROM linked_identities i WHERE i.user_id = u.id AND i.provider = :idp)';

@Injectable()
export class UsersService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  async find(id: string): Promise<Account | undefined> {
    const user = await this.dataSource.getRepository(User).findOneBy({ id });
    return user ? accountOf(user) : undefined;
  }

  async findByEmail(email: string): Promise<Account | undefined> {
    const user = await this.dataSource.getRepository(User).findOneBy({ emailKey: emailKey(email) });
    return user ? accountOf(user) : undefined;
  }

  async findIn(tx: EntityManager, id: string): Promise<Account | undefined> {
    const user = await tx.findOneBy(User, { id });
    return user ? accountOf(user) : undefined;
  }

  async findByEmailIn(tx: EntityManager, email: string): Promise<Account | undefined> {
    const user = await tx.findOneBy(User, { emailKey: emailKey(email) });
    return user ? accountOf(user) : undefined;
  }

  /** Takes the same time whether or not there is such a person. A disabled person is not let in. */
  async authenticate(email: string, password: string): Promise<PasswordOutcome> {
    const user = await this.dataSource.getRepository(User).findOneBy({ emailKey: emailKey(email) });
    const matches = await verifyPassword(user?.passwordHash, password);
    if (!user?.passwordHash || !matches || user.disabledAt) return { ...(user && { meant: user.id }) };
    return { right: { account: accountOf(user), mark: passwordMark(user.passwordHash) }, meant: user.id };
  }

  async create(tx: EntityManager, person: NewUser): Promise<Account> {
    const now = new Date();
    const user = Object.assign(new User(), {
      id: uuidv7(),
      email: person.email.trim(),
      emailKey: emailKey(person.email),
      emailVerified: person.emailVerified,
      name: person.name ?? null,
      passwordHash: person.password ? await hashPassword(person.password) : null,
      roles: [...(person.roles ?? [])],
      assignedRoles: [...(person.roles ?? [])],
      groups: [],
      disabledAt: null,
      disabledOrigin: null,
      createdAt: now,
      lastLoginAt: null,
      externalId: null,
      userName: null,
      userNameKey: null,
      scimProfile: null,
      updatedAt: now,
      version: 1,
    } satisfies User);
    await tx.insert(User, user);
    await this.audit.record(tx, {
      type: 'user.account.created',
      targets: [{ type: 'user', id: user.id, display: user.email }],
      change: { before: null, after: snapshotOf(user) },
      details: { origin: person.origin, roles: user.roles },
    });
    return accountOf(user);
  }

  /** What somebody signs in with cannot change meanwhile, until the transaction ends. */
  async hold(tx: EntityManager, id: string): Promise<void> {
    await tx.query('SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE', [id]);
  }

  /** False, and nothing is noted, when they may not come in, or the password of this mark is theirs no longer. */
  async noteLogin(tx: EntityManager, id: string, mark?: string): Promise<boolean> {
    const [rows] = await tx.query<[unknown[], number]>(NOTE_LOGIN, [id, mark ?? null]);
    return rows.length > 0;
  }

  /**
   * Returns false when there is no such person or nothing changed. Ending what they hold is the caller's part.
   * @throws LastAdmin
   */
  async setDisabled(
    tx: EntityManager,
    id: string,
    disabled: boolean,
    by: { actor: Actor; reason?: string; origin?: DisabledOrigin },
  ): Promise<boolean> {
    const disabledOrigin = disabled ? (by.origin ?? 'admin') : null;
    const { affected } = await tx
      .createQueryBuilder()
      .update(User)
      .set({ disabledAt: disabled ? new Date() : null, disabledOrigin })
      .where(`id = :id AND disabled_at IS ${disabled ? '' : 'NOT '}NULL`, { id })
      .execute();
    // What an operator switches off stays off, whoever did so before.
    if (affected !== 1 && disabledOrigin === 'admin') await tx.update(User, { id }, { disabledOrigin });
    if (affected !== 1) return false;
    if (disabled) await keepAnAdminWithout(tx, (await tx.findOneByOrFail(User, { id })).roles);
    await this.audit.record(tx, {
      type: disabled ? 'user.account.disabled' : 'user.account.enabled',
      actor: by.actor,
      userId: id,
      targets: [{ type: 'user', id }],
      change: { before: { disabled: !disabled }, after: { disabled } },
      ...(by.reason && { details: { reason: by.reason } }),
    });
    return true;
  }

  async list(query: UserQuery): Promise<KeysetPage<Account>> {
    const select = this.dataSource.getRepository(User).createQueryBuilder('u');
    if (query.q)
      select.andWhere('(u.email ILIKE :q OR u.name ILIKE :q)', {
        q: `%${query.q.replace(/[\\%_]/g, '\\$&')}%`,
      });
    if (query.active !== undefined) select.andWhere(`u.disabled_at IS ${query.active ? '' : 'NOT '}NULL`);
    if (query.email !== undefined)
      select.andWhere('u.email_key = :emailKey', { emailKey: emailKey(query.email) });
    if (query.idp !== undefined) select.andWhere(LINKED, { idp: query.idp });
    if (query.lastSeenAfter) select.andWhere('u.last_login_at >= :since', { since: query.lastSeenAfter });
    return keysetPage(select, { key: 'u.id', cursorOf: ({ id }) => id }, query, accountOf);
  }

  async isEmpty(tx: EntityManager): Promise<boolean> {
    return !(await tx.exists(User));
  }
}
