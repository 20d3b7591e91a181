import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../../config/index.js';
import type { RetentionClass } from '../event-types.js';
import { firstIdAt } from '../search/audit-conditions.js';

/** Of one statement. */
const AT_ONCE = 1_000;
const DAY_MS = 86_400_000;
const CLASSES: readonly RetentionClass[] = ['security', 'admin', 'tool_call', 'verbose'];

const HELD = `EXISTS (
  SELECT 1 FROM audit_subject_keys k JOIN audit_legal_holds h ON k.subject = 'user:' || h.user_id
  WHERE k.key_id = p.key_id)`;

const EXPIRED = `
DELETE FROM audit_payloads WHERE event_id IN (
  SELECT p.event_id FROM audit_payloads p WHERE p.brief AND p.event_id < $1 AND NOT ${HELD}
  ORDER BY p.event_id LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED) RETURNING 1`;

/** Events go by class, the oldest first: behind one that is still there, all are. */
const LEFT_BEHIND = `
WITH oldest AS (
  SELECT event_id FROM audit_payloads WHERE retention = $1 ORDER BY event_id LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED)
DELETE FROM audit_payloads p USING oldest o
WHERE p.event_id = o.event_id AND NOT EXISTS (SELECT 1 FROM audit_events e WHERE e.event_id = o.event_id) RETURNING 1`;

/** Removes payloads whose time is over, or whose event is gone. What somebody must keep stays. */
@Injectable()
export class PayloadSweep {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
  ) {}

  async run(now = Date.now()): Promise<void> {
    const { payloadDays } = this.config.policies.audit;
    await this.all(EXPIRED, firstIdAt(now - payloadDays * DAY_MS));
    for (const retention of CLASSES) await this.all(LEFT_BEHIND, retention);
  }

  private async all(statement: string, value: string): Promise<void> {
    for (;;) {
      const [rows] = await this.dataSource.query<[unknown[], number]>(statement, [value]);
      if (rows.length < AT_ONCE) return;
    }
  }
}
