import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../audit/index.js';

export interface EndedSession {
  readonly id: string;
  readonly userId: string;
}

/** Who ended it, and why: a snake_case code. */
export interface EndedBy {
  readonly actor: Actor;
  readonly reason: string;
}

/** What the end of sessions takes along of what was allowed in them. */
export type Reach =
  /** Whoever ends them sees to that. */
  | { readonly takes: 'nothing' }
  /** What is only good while the person is there: they left this browser. */
  | { readonly takes: 'presence'; readonly by: EndedBy }
  /** All of it, and all that was allowed in these other sessions, which were over before. */
  | { readonly takes: 'everything'; readonly by: EndedBy; readonly others: readonly string[] };

export interface SessionEnd {
  /** The sessions that ended, and those whose place they had taken when the person proved again who they are. */
  readonly sessions: readonly EndedSession[];
  readonly reach: Reach;
}

type Listener = (tx: EntityManager, end: SessionEnd) => Promise<void>;

const LINEAGE = `
WITH RECURSIVE line AS (
  SELECT id, user_id, continues FROM sessions WHERE id = ANY($1::uuid[])
  UNION SELECT s.id, s.user_id, s.continues FROM sessions s JOIN line ON s.id = line.continues)
SELECT id, user_id AS "userId" FROM line`;

/** These sessions, and those whose place they took. */
export const lineageOf = (db: EntityManager, ids: readonly string[]): Promise<EndedSession[]> =>
  db.query<EndedSession[]>(LINEAGE, [ids]);

/** Tells the rooms above that sessions end, in the transaction that ends them. */
@Injectable()
export class SessionEnds {
  private readonly listeners: Listener[] = [];

  onEnd(listener: Listener): void {
    this.listeners.push(listener);
  }

  async tell(tx: EntityManager, ids: readonly string[], reach: Reach): Promise<void> {
    const others = reach.takes === 'everything' ? reach.others.length : 0;
    if (ids.length + others === 0) return;
    const sessions = await lineageOf(tx, ids);
    for (const listener of this.listeners) await listener(tx, { sessions, reach });
  }
}
