import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { keysetPage, type KeysetPage, type KeysetQuery } from '../database/index.js';
import { lineageOf, SessionEnds, type EndedSession } from './session-ends.js';
import { Session } from './session.entity.js';

/** A session as other rooms see it; carries no secret. */
export interface SessionView {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  readonly acr: string;
  readonly amr: readonly string[];
  readonly idp?: string;
  readonly ip?: string;
  readonly userAgent?: string;
  readonly endedAt?: Date;
  readonly endReason?: string;
}

export interface SessionQuery extends KeysetQuery {
  readonly userId?: string;
  readonly active?: boolean;
  readonly ip?: string;
  readonly acr?: string;
  readonly idp?: string;
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
  /** Not seen since then. */
  readonly idleSince?: Date;
}

/** Of a statement that ends sessions. */
const AT_ONCE = 2_000;

const CONDITIONS = {
  userId: 's.user_id = :userId',
  ip: 's.ip = :ip',
  acr: 's.acr = :acr',
  idp: 's.idp = :idp',
  createdAfter: 's.created_at >= :createdAfter',
  createdBefore: 's.created_at < :createdBefore',
  idleSince: 's.last_seen_at < :idleSince',
} as const satisfies Partial<Record<keyof SessionQuery, string>>;

/** Finds and ends sessions, wherever the browser is. */
@Injectable()
export class SessionList {
  constructor(
    private readonly dataSource: DataSource,
    private readonly ends: SessionEnds,
  ) {}

  async find(id: string): Promise<SessionView | undefined> {
    const session = await this.dataSource.getRepository(Session).findOneBy({ id });
    return session ? viewOf(session) : undefined;
  }

  async list(query: SessionQuery): Promise<KeysetPage<SessionView>> {
    const select = this.dataSource.getRepository(Session).createQueryBuilder('s');
    const { active } = query;
    if (active !== undefined)
      select.andWhere(`(s.ended_at IS NULL AND s.expires_at > now()) = :active`, { active });
    for (const [name, condition] of Object.entries(CONDITIONS)) {
      const value = query[name as keyof typeof CONDITIONS];
      if (value !== undefined) select.andWhere(condition, { [name]: value });
    }
    return keysetPage(select, { key: 's.id', cursorOf: ({ id }) => id }, query, viewOf);
  }

  /** A session, and those of the same person at the same browser whose place it took. */
  async lineage(id: string, tx: EntityManager = this.dataSource.manager): Promise<EndedSession[]> {
    return lineageOf(tx, [id]);
  }

  /** Ends the living sessions that a condition over `sessions s` holds for; answers how many. */
  async endWhere(
    tx: EntityManager,
    { where, values }: { where: string; values: readonly unknown[] },
    reason: string,
  ): Promise<number> {
    for (let ended = 0; ;) {
      const [rows] = await tx.query<[{ id: string }[], number]>(
        `UPDATE sessions SET ended_at = now(), end_reason = $${values.length + 1}
         WHERE id IN (SELECT s.id FROM sessions s WHERE ${where} LIMIT ${AT_ONCE}) RETURNING id`,
        [...values, reason],
      );
      if (rows.length === 0) return ended;
      ended += rows.length;
      await this.ends.tell(
        tx,
        rows.map(({ id }) => id),
        { takes: 'nothing' },
      );
    }
  }

  /** Ends living sessions in the caller's transaction; returns their ids. */
  async end(
    tx: EntityManager,
    which: { id: string } | { userId: string },
    reason: string,
  ): Promise<string[]> {
    const [column, value] =
      'id' in which ? (['id', which.id] as const) : (['user_id', which.userId] as const);
    const [rows] = await tx.query<[{ id: string }[], number]>(
      `UPDATE sessions SET ended_at = now(), end_reason = $2 WHERE ${column} = $1 AND ended_at IS NULL RETURNING id`,
      [value, reason],
    );
    const ids = rows.map(({ id }) => id);
    await this.ends.tell(tx, ids, { takes: 'nothing' });
    return ids;
  }
}

function viewOf(session: Session): SessionView {
  return {
    id: session.id,
    userId: session.userId,
    createdAt: session.createdAt,
    lastSeenAt: session.lastSeenAt,
    expiresAt: session.expiresAt,
    acr: session.acr,
    amr: session.amr,
    ...(session.idp && { idp: session.idp }),
    ...(session.ip && { ip: session.ip }),
    ...(session.userAgent && { userAgent: session.userAgent }),
    ...(session.endedAt && { endedAt: session.endedAt }),
    ...(session.endReason && { endReason: session.endReason }),
  };
}
