import { Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { AuditLog } from '../audit-log.js';
import { RetentionPolicy } from './retention-policy.js';

const LAST = `
SELECT body->'details'->>'hold' AS hold, type FROM audit_events
WHERE type = ANY('{audit.hold.started,audit.hold.ended}') AND retention = 'admin' ORDER BY event_id DESC LIMIT 1`;

/** Tells the trail when a legal hold begins and ends. */
@Injectable()
export class LegalHold {
  constructor(
    private readonly audit: AuditLog,
    private readonly policy: RetentionPolicy,
  ) {}

  async tell(owner: DataSource): Promise<void> {
    const { hold } = this.policy;
    await owner.transaction(async (tx) => {
      const [last] = await tx.query<{ hold: string | null; type: string }[]>(LAST);
      const before = last?.type === 'audit.hold.started' ? (last.hold ?? '') : undefined;
      if (before === hold) return;
      if (before !== undefined)
        await this.audit.record(tx, { ...SYSTEM, type: 'audit.hold.ended', details: { hold: before } });
      if (hold !== undefined)
        await this.audit.record(tx, { ...SYSTEM, type: 'audit.hold.started', details: { hold } });
    });
  }
}

const SYSTEM = { actor: { type: 'system' } } as const;
