import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog, type Actor } from '../audit/index.js';
import { accountOf, emailKey, type Account } from './account.js';
import { hashPassword, verifyPassword } from './password.js';
import { User, type Role } from './user.entity.js';

export interface NewUser {
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name?: string;
  readonly password?: string;
  readonly roles?: readonly Role[];
  /** How the account came to be, for the audit trail: `bootstrap`, `sso`, `admin`. */
  readonly origin: string;
}

export interface UserQuery {
  /** Part of the e-mail address or name. */
  readonly q?: string;
  readonly active?: boolean;
  readonly limit: number;
  /** Id of the last user of the page before. */
  readonly cursor?: string;
}

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

  async findByEmailIn(tx: EntityManager, email: string): Promise<Account | undefined> {
    const user = await tx.findOneBy(User, { emailKey: emailKey(email) });
    return user ? accountOf(user) : undefined;
  }

  /** Takes the same time whether or not there is such a person. A disabled person is not let in. */
  async authenticate(email: string, password: string): Promise<Account | undefined> {
    const user = await this.dataSource.getRepository(User).findOneBy({ emailKey: emailKey(email) });
    const matches = await verifyPassword(user?.passwordHash, password);
    return user && matches && !user.disabledAt ? accountOf(user) : undefined;
  }

  async create(tx: EntityManager, person: NewUser): Promise<Account> {
    const user = Object.assign(new User(), {
      id: uuidv7(),
      email: person.email.trim(),
      emailKey: emailKey(person.email),
      emailVerified: person.emailVerified,
      name: person.name ?? null,
      passwordHash: person.password ? await hashPassword(person.password) : null,
      roles: [...(person.roles ?? [])],
      disabledAt: null,
      createdAt: new Date(),
      lastLoginAt: null,
    } satisfies User);
    await tx.insert(User, user);
    await this.audit.record(tx, {
      type: 'user.account.created',
      targets: [{ type: 'user', id: user.id, display: user.email }],
      details: { origin: person.origin, roles: user.roles },
    });
    return accountOf(user);
  }

  async noteLogin(tx: EntityManager, id: string): Promise<void> {
    await tx.update(User, { id }, { lastLoginAt: new Date() });
  }

  /** Returns false when there is no such person or nothing changed. Ending what they hold is the caller's part. */
  async setDisabled(
    tx: EntityManager,
    id: string,
    disabled: boolean,
    by: { actor: Actor; reason?: string },
  ): Promise<boolean> {
    const { affected } = await tx
      .createQueryBuilder()
      .update(User)
      .set({ disabledAt: disabled ? new Date() : null })
      .where(`id = :id AND disabled_at IS ${disabled ? '' : 'NOT '}NULL`, { id })
      .execute();
    if (affected !== 1) return false;
    await this.audit.record(tx, {
      type: disabled ? 'user.account.disabled' : 'user.account.enabled',
      actor: by.actor,
      userId: id,
      targets: [{ type: 'user', id }],
      ...(by.reason && { details: { reason: by.reason } }),
    });
    return true;
  }

  async list(query: UserQuery): Promise<{ items: Account[]; next?: string }> {
    const select = this.dataSource
      .getRepository(User)
      .createQueryBuilder('u')
      .orderBy('u.id', 'DESC')
      .take(query.limit + 1);
    if (query.q)
      select.andWhere('(u.email ILIKE :q OR u.name ILIKE :q)', {
        q: `%${query.q.replace(/[\\%_]/g, '\\$&')}%`,
      });
    if (query.active !== undefined) select.andWhere(`u.disabled_at IS ${query.active ? '' : 'NOT '}NULL`);
    if (query.cursor) select.andWhere('u.id < :cursor', { cursor: query.cursor });
    const users = await select.getMany();
    const items = users.slice(0, query.limit).map(accountOf);
    return { items, ...(users.length > query.limit && { next: items.at(-1)!.id }) };
  }

  async isEmpty(tx: EntityManager): Promise<boolean> {
    return !(await tx.exists(User));
  }
}
