import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SessionEnds, type SessionEnd } from '../../sessions/index.js';
import { EndingWriter } from '../grants/ending-writer.js';

/** Before their grants, as in whatever ends a client; a delivery that is owed names its client. */
const HOLD_CLIENTS = `
SELECT 1 FROM clients WHERE id IN (SELECT client_id FROM grants WHERE session_id = ANY($1::uuid[]))
ORDER BY id FOR KEY SHARE`;

/** A code that is being redeemed is waited for: its client is there, or it never gets in. */
const HOLD = `SELECT 1 FROM grants WHERE session_id = ANY($1::uuid[]) AND activated_at IS NULL
ORDER BY id FOR UPDATE`;

/** Every client that somebody was at in these sessions and that wants to hear of their end, once for each session. */
const OWE = `
INSERT INTO logout_deliveries (id, client_id, user_id, session_id, created_at, attempts, next_attempt_at)
SELECT gen_random_uuid(), g.client_id, s.user_id, s.id, now(), 0, now()
FROM unnest($1::uuid[], $2::uuid[]) AS s (id, user_id)
JOIN LATERAL (
  SELECT DISTINCT client_id FROM grants
  WHERE session_id = s.id AND origin = 'authorization_code' AND activated_at IS NOT NULL) g ON true
JOIN clients c ON c.id = g.client_id
WHERE c.backchannel_logout_uri IS NOT NULL AND c.trust_state <> 'suspended'`;

/** What the end of a browser session means for apps, in the transaction that ends it. */
@Injectable()
export class AfterSession implements OnModuleInit {
  constructor(
    private readonly ends: SessionEnds,
    private readonly writer: EndingWriter,
  ) {}

  onModuleInit(): void {
    this.ends.onEnd((tx, end) => this.settle(tx, end));
  }

  private async settle(tx: EntityManager, { sessions, reach }: SessionEnd): Promise<void> {
    const ids = sessions.map(({ id }) => id);
    const userIds = sessions.map(({ userId }) => userId);
    await tx.query(HOLD_CLIENTS, [ids]);
    await tx.query(HOLD, [ids]);
    await tx.query(OWE, [ids, userIds]);
    if (reach.takes === 'presence') await this.writer.endOnline(tx, ids, reach.by);
    if (reach.takes === 'everything')
      await this.writer.endAllowedIn(tx, { line: ids, ended: ids.length, others: reach.others }, reach.by);
  }
}
