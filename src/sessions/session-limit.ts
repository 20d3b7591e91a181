import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../config/index.js';
import { SessionEnds } from './session-ends.js';

const END_OLDEST = `
UPDATE sessions SET ended_at = now(), end_reason = 'too_many_sessions' WHERE id IN (
  SELECT id FROM sessions
  WHERE user_id = $1 AND ended_at IS NULL AND expires_at > now()
    AND last_seen_at > now() - make_interval(secs => $4::double precision)
  ORDER BY id = $2 DESC, last_seen_at DESC, id DESC OFFSET $3)
RETURNING id`;

/** How many browsers a person may be signed in at. */
@Injectable()
export class SessionLimit {
  constructor(
    private readonly config: AppConfig,
    private readonly ends: SessionEnds,
  ) {}

  /**
   * Ends what is too much beside the session that has just begun. The caller holds the row of the person, so that of
   * several sign-ins at once each sees the sessions of the others.
   */
  async apply(
    tx: EntityManager,
    { userId, sessionId }: { userId: string; sessionId: string },
  ): Promise<void> {
    const { policies, lifetimes } = this.config;
    const { perPerson } = policies.sessions;
    if (perPerson === undefined) return;
    const [rows] = await tx.query<[{ id: string }[], number]>(END_OLDEST, [
      userId,
      sessionId,
      perPerson,
      lifetimes.sessionIdle,
    ]);
    await this.ends.tell(
      tx,
      rows.map(({ id }) => id),
      { takes: 'presence', by: { actor: { type: 'system' }, reason: 'too_many_sessions' } },
    );
  }
}
