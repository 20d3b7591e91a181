import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SessionEnds, type EndedBy } from './session-ends.js';

const END_OTHERS = `
UPDATE sessions SET ended_at = now(), end_reason = $3
WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL RETURNING id`;

/** Signs a person out everywhere but here. */
@Injectable()
export class OtherBrowsers {
  constructor(private readonly ends: SessionEnds) {}

  async end(
    tx: EntityManager,
    { userId, sessionId }: { userId: string; sessionId: string },
    by: EndedBy,
  ): Promise<void> {
    const [rows] = await tx.query<[{ id: string }[], number]>(END_OTHERS, [userId, sessionId, by.reason]);
    const ids = rows.map(({ id }) => id);
    await this.ends.tell(tx, ids, { takes: 'presence', by });
  }
}
