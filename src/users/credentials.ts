import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { isUniqueViolation } from '../database/index.js';
import { emailKey } from './account.js';
import { hashPassword } from './password.js';

/** Ways in that are not passkeys. */
export interface Ways {
  readonly password: boolean;
  /** Ids of the identity providers that know the person. */
  readonly providers: readonly string[];
}

const WAYS = `
SELECT u.password_hash IS NOT NULL AS password,
  ARRAY(SELECT DISTINCT provider FROM linked_identities WHERE user_id = u.id) AS providers
FROM users u WHERE u.id = $1`;
/** The same as `passwordMark`, over `users`. */
export const PASSWORD_MARK = `encode(sha256(convert_to(password_hash, 'UTF8')), 'hex')`;
const MARK = `SELECT ${PASSWORD_MARK} AS mark FROM users WHERE id = $1`;

/** Changes with the password and says nothing about it. */
export const passwordMark = (hash: string): string => createHash('sha256').update(hash).digest('hex');

/** What people prove themselves with, and the address where they are reached. */
@Injectable()
export class Credentials {
  constructor(private readonly dataSource: DataSource) {}

  async ways(userId: string, db: EntityManager = this.dataSource.manager): Promise<Ways> {
    const [ways] = await db.query<Ways[]>(WAYS, [userId]);
    return ways ?? { password: false, providers: [] };
  }

  /** Changes with the password and says nothing about it; `undefined` without one. */
  async mark(userId: string, db: EntityManager = this.dataSource.manager): Promise<string | undefined> {
    const [row] = await db.query<{ mark: string | null }[]>(MARK, [userId]);
    return row?.mark ?? undefined;
  }

  /** Takes its time; not while a transaction waits. */
  hash(password: string): Promise<string> {
    return hashPassword(password);
  }

  async setPassword(tx: EntityManager, userId: string, hash: string): Promise<void> {
    await tx.query('UPDATE users SET password_hash = $2 WHERE id = $1', [userId, hash]);
  }

  async markVerified(tx: EntityManager, userId: string): Promise<void> {
    await tx.query('UPDATE users SET email_verified = true WHERE id = $1', [userId]);
  }

  /** Gives a person an address that is known to be theirs. False when somebody else has it. */
  async changeEmail(tx: EntityManager, userId: string, email: string): Promise<boolean> {
    return unlessTaken(tx, async (inner) => {
      await inner.query('UPDATE users SET email = $2, email_key = $3, email_verified = true WHERE id = $1', [
        userId,
        email.trim(),
        emailKey(email),
      ]);
      return true;
    });
  }
}

/** What fails because an address is somebody else's is undone alone; the transaction around it goes on. */
export async function unlessTaken<T>(
  tx: EntityManager,
  work: (inner: EntityManager) => Promise<T>,
): Promise<T | false> {
  try {
    return await tx.transaction(work);
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}
