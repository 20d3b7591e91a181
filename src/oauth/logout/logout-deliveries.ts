import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog, type AuditFact } from '../../audit/index.js';
import { OutboundHttp, OutboundRefused } from '../../outbound/index.js';
import { LogoutTokens } from './logout-tokens.js';

/** Seconds from one attempt to the next. Each is longer than an attempt may take, so none begins while one is under way. */
const PAUSES = [8, 30, 120, 300, 60];
const TIMEOUT_MS = 5_000;
const MAX_ANSWER = 64 * 1_024;

/** An attempt that this replica has taken on. */
export interface Due {
  readonly id: string;
  readonly client_id: string;
  readonly user_id: string;
  readonly session_id: string;
  /** The one that is due counts. */
  readonly attempts: number;
  /** `null` when the client no longer wants to be told, or may no longer be. */
  readonly uri: string | null;
}

/** The next attempt is set before this one is made: whoever dies in the middle leaves it to the others. */
const CLAIM = `
UPDATE logout_deliveries d SET attempts = d.attempts + 1,
  next_attempt_at = now() + make_interval(secs => ($1::int[])[least(d.attempts + 1, cardinality($1::int[]))])
FROM clients c
WHERE c.id = d.client_id AND d.id IN (
  SELECT id FROM logout_deliveries WHERE next_attempt_at <= now() ORDER BY next_attempt_at LIMIT $2
  FOR UPDATE SKIP LOCKED)
RETURNING d.id, d.client_id, d.user_id, d.session_id, d.attempts,
  CASE WHEN c.trust_state <> 'suspended' THEN c.backchannel_logout_uri END AS uri`;

/** Tells clients that somebody is signed out; any replica may make any attempt. */
@Injectable()
export class LogoutDeliveries {
  constructor(
    private readonly dataSource: DataSource,
    private readonly http: OutboundHttp,
    private readonly tokens: LogoutTokens,
    private readonly audit: AuditLog,
  ) {}

  async claim(atMost: number): Promise<Due[]> {
    const [due] = await this.dataSource.query<[Due[], number]>(CLAIM, [PAUSES, atMost]);
    return due;
  }

  async deliver(due: Due): Promise<void> {
    const failure = due.uri === null ? 'client_not_told' : await this.send(due, due.uri);
    if (failure === undefined || due.uri === null || due.attempts >= PAUSES.length)
      await this.settle(due, failure);
  }

  /** Back-Channel Logout §2.5 and §2.8. Returns why it failed. */
  private async send(due: Due, uri: string): Promise<string | undefined> {
    const logout_token = await this.tokens.make({
      clientId: due.client_id,
      userId: due.user_id,
      sessionId: due.session_id,
    });
    try {
      const { status } = await this.http.send(uri, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ logout_token }).toString(),
        maxBytes: MAX_ANSWER,
        timeoutMs: TIMEOUT_MS,
      });
      return status === 200 || status === 204 ? undefined : `http_${status}`;
    } catch (error) {
      if (error instanceof OutboundRefused) return error.reason;
      throw error;
    }
  }

  private async settle(due: Due, failure: string | undefined): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      const [rows] = await tx.query<[unknown[], number]>(
        'DELETE FROM logout_deliveries WHERE id = $1 RETURNING id',
        [due.id],
      );
      if (rows.length > 0) await this.audit.record(tx, factOf(due, failure));
    });
  }
}

function factOf(due: Due, failure: string | undefined): AuditFact {
  return {
    type: 'auth.logout.notified',
    actor: { type: 'system' },
    outcome: failure === undefined ? { result: 'allowed' } : { result: 'error', reason: failure },
    userId: due.user_id,
    clientId: due.client_id,
    sessionId: due.session_id,
    details: { attempts: due.attempts },
  };
}
