import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
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

export interface SessionQuery {
  readonly userId?: string;
  readonly active?: boolean;
  readonly limit: number;
  readonly cursor?: string;
}

/** Finds and ends sessions, wherever the browser is. */
@Injectable()
export class SessionList {
  constructor(private readonly dataSource: DataSource) {}

  async find(id: string): Promise<SessionView | undefined> {
    const session = await this.dataSource.getRepository(Session).findOneBy({ id });
    return session ? viewOf(session) : undefined;
  }

  async list({
    userId,
    active,
    limit,
    cursor,
  }: SessionQuery): Promise<{ items: SessionView[]; next?: string }> {
    const select = this.dataSource
      .getRepository(Session)
      .createQueryBuilder('s')
      .orderBy('s.id', 'DESC')
      .limit(limit + 1);
    if (userId) select.andWhere('s.user_id = :userId', { userId });
    if (active !== undefined)
      select.andWhere(`(s.ended_at IS NULL AND s.expires_at > now()) = :active`, { active });
    if (cursor) select.andWhere('s.id < :cursor', { cursor });
    const sessions = await select.getMany();
    const items = sessions.slice(0, limit).map(viewOf);
    return { items, ...(sessions.length > limit && { next: items.at(-1)!.id }) };
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
    return rows.map(({ id }) => id);
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
