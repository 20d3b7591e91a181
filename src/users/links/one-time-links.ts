import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { digest, newToken } from '../../sealing/index.js';
import { emailKey } from '../account.js';
import type { LinkPurpose } from './link-purpose.js';

const PREFIX = 'gh_ln_';
const TOKEN = /^gh_ln_[A-Za-z0-9_-]{43}$/;

/** What a link that is still good says. */
export interface GoodLink {
  readonly purpose: LinkPurpose;
  readonly userId: string;
  /** The address it proves. */
  readonly email: string;
  readonly expiresAt: Date;
}

export interface NewLink {
  readonly purpose: LinkPurpose;
  readonly userId: string;
  readonly email: string;
  readonly seconds: number;
}

/** Whatever makes or uses a link of a person waits for what does so at the same time. */
const HOLD = 'SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE';
const VOID_OLDER = `
WITH over AS (
  DELETE FROM one_time_links WHERE digest IN (
    SELECT digest FROM one_time_links WHERE expires_at < now() - interval '1 day' AND user_id <> $1
    LIMIT 100 FOR UPDATE SKIP LOCKED))
DELETE FROM one_time_links WHERE user_id = $1 AND purpose = $2`;
const MAKE = `
INSERT INTO one_time_links (digest, purpose, user_id, email, created_at, expires_at)
VALUES ($1, $2, $3, $4, now(), now() + make_interval(secs => $5)) RETURNING expires_at`;
const LOOK = `
SELECT l.purpose, l.user_id, l.email, l.expires_at, u.email_key
FROM one_time_links l JOIN users u ON u.id = l.user_id
WHERE l.digest = $1 AND l.used_at IS NULL AND l.expires_at > now() AND u.disabled_at IS NULL`;
const SPEND = 'UPDATE one_time_links SET used_at = now() WHERE digest = $1';
const VOID_OTHERS = 'DELETE FROM one_time_links WHERE user_id = $1 AND used_at IS NULL';

interface Row {
  readonly purpose: LinkPurpose;
  readonly user_id: string;
  readonly email: string;
  readonly expires_at: Date;
  readonly email_key: string;
}

/** Links that are good once. Looking at one spends nothing: scanners open the links of every letter. */
@Injectable()
export class OneTimeLinks {
  constructor(private readonly dataSource: DataSource) {}

  /** Those of the same purpose that were made before are void. */
  async make({ purpose, userId, email, seconds }: NewLink): Promise<{ token: string; until: Date }> {
    const token = newToken(PREFIX);
    const until = await this.dataSource.transaction(async (tx) => {
      await tx.query(HOLD, [userId]);
      await tx.query(VOID_OLDER, [userId, purpose]);
      const values = [digest(token), purpose, userId, email, seconds];
      const [row] = await tx.query<{ expires_at: Date }[]>(MAKE, values);
      return row!.expires_at;
    });
    return { token, until };
  }

  async look(token: string): Promise<GoodLink | undefined> {
    return TOKEN.test(token) ? goodOf(await this.dataSource.query<Row[]>(LOOK, [digest(token)])) : undefined;
  }

  /**
   * Of two who come with it at once one gets it. Everything else that was sent to the person is void then. With
   * `userId` it must be theirs.
   */
  async spend(
    tx: EntityManager,
    token: string,
    purpose: LinkPurpose,
    userId?: string,
  ): Promise<GoodLink | undefined> {
    if (!TOKEN.test(token)) return undefined;
    const key = digest(token);
    const seen = goodOf(await tx.query<Row[]>(LOOK, [key]));
    if (seen?.purpose !== purpose || (userId !== undefined && seen.userId !== userId)) return undefined;
    await tx.query(HOLD, [seen.userId]);
    const link = goodOf(await tx.query<Row[]>(LOOK, [key]));
    if (!link) return undefined;
    await tx.query(SPEND, [key]);
    await this.voidAll(tx, link.userId);
    return link;
  }

  async voidAll(tx: EntityManager, userId: string): Promise<void> {
    await tx.query(VOID_OTHERS, [userId]);
  }
}

/** One that was sent to an address which the person has no longer proves nothing about them. */
function goodOf([row]: readonly Row[]): GoodLink | undefined {
  if (!row || (row.purpose !== 'verify_email' && emailKey(row.email) !== row.email_key)) return undefined;
  return { purpose: row.purpose, userId: row.user_id, email: row.email, expiresAt: row.expires_at };
}
