import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Json } from '../audit-fact.js';
import { AuditLog } from '../audit-log.js';
import type { ForeignEvent, NewLeaf } from './arrived-events.js';
import type { CheckpointClaims } from './checkpoint.js';

/** A checkpoint each second needs no event each; one now and then says that sealing goes on. */
const TELL_EVERY_MS = 600_000;
const NAMED = 20;

const TOLD = `
SELECT body->'details'->>'first_arrival' AS first, body->'details'->>'last_arrival' AS last
FROM audit_events WHERE type = 'audit.verification.failed' AND reason = 'added'`;

/** What the trail says of its own sealing. */
@Injectable()
export class SealReports {
  private readonly logger = new Logger('audit');
  private toldAt = -Infinity;
  private damageTold = false;

  constructor(private readonly audit: AuditLog) {}

  /** An event about a batch is itself sealed with the next; that one is not told of, or it would never end. */
  async sealed(tx: EntityManager, claims: CheckpointClaims, leaves: readonly NewLeaf[]): Promise<void> {
    const now = performance.now();
    if (now - this.toldAt < TELL_EVERY_MS) return;
    if (leaves.every(({ type }) => type === 'audit.checkpoint.signed')) return;
    this.toldAt = now;
    const { tree_size, root } = claims;
    await this.audit.record(tx, {
      type: 'audit.checkpoint.signed',
      actor: { type: 'system' },
      details: { tree_size, root },
    });
  }

  /** Events that this server did not write; a replica that sees them after another says nothing more. */
  async foreign(tx: EntityManager, events: readonly ForeignEvent[]): Promise<void> {
    if (events.length === 0) return;
    const told = await tx.query<{ first: string; last: string }[]>(TOLD);
    const untold = events.filter(
      ({ arrival }) => !told.some(({ first, last }) => arrival >= Number(first) && arrival <= Number(last)),
    );
    if (untold.length === 0) return;
    await this.failed(tx, 'added', {
      count: untold.length,
      event_ids: untold.slice(0, NAMED).map(({ eventId }) => eventId),
      first_arrival: untold[0]!.arrival,
      last_arrival: untold.at(-1)!.arrival,
    });
  }

  /** The tree was longer when this replica last looked: an older state of the database has taken its place. */
  async rolledBack(tx: EntityManager, had: number, has: number): Promise<void> {
    if (has < had) await this.failed(tx, 'rolled_back', { had, has });
  }

  /** Sealing stops: a checkpoint on top of this would hide it. */
  async damaged(error: Error): Promise<void> {
    this.logger.error(error.message);
    if (this.damageTold) return;
    this.damageTold = true;
    await this.audit.decide({
      type: 'audit.verification.failed',
      outcome: { result: 'error', reason: 'tree_damaged' },
      actor: { type: 'system' },
      details: { finding: error.message },
    });
  }

  private async failed(
    tx: EntityManager,
    reason: string,
    details: { readonly [key: string]: Json },
  ): Promise<void> {
    this.logger.error({ reason, ...details }, 'the audit trail does not verify');
    await this.audit.record(tx, {
      type: 'audit.verification.failed',
      outcome: { result: 'error', reason },
      actor: { type: 'system' },
      details,
    });
  }
}
