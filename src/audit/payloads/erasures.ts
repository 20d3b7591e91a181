import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../audit-fact.js';
import { AuditLog } from '../audit-log.js';
import { LegalHolds, type LegalHoldView } from './legal-holds.js';
import { personOf } from './subject.js';
import { SubjectKeys } from './subject-keys.js';

const DESTROY = `
UPDATE audit_subject_keys SET sealed = NULL, destroyed_at = now()
WHERE subject = $1 AND sealed IS NOT NULL RETURNING key_id`;
const KNOWN = `
SELECT EXISTS (SELECT 1 FROM audit_subject_keys WHERE subject = $1)
  OR EXISTS (SELECT 1 FROM audit_events WHERE user_id = $2) AS known`;

/** How many keys were destroyed, or what forbids it. */
export type Erasure = { readonly keys: number } | { readonly heldBy: LegalHoldView };

/** Makes unreadable what the trail has sealed about a person. The events stay, with the person's id in them. */
@Injectable()
export class Erasures {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: SubjectKeys,
    private readonly holds: LegalHolds,
    private readonly audit: AuditLog,
  ) {}

  /** Whether the trail knows of such a person, who may have been deleted. */
  async knows(userId: string): Promise<boolean> {
    const [row] = await this.dataSource.query<{ known: boolean }[]>(KNOWN, [personOf(userId), userId]);
    return row!.known;
  }

  async erase(userId: string, by: { actor: Actor; reason?: string }): Promise<Erasure> {
    const erasure = await this.dataSource.transaction((tx) => this.destroy(tx, userId, by));
    // Whoever made a key just now, in this process, had not seen this; replicas look every few seconds.
    this.keys.forget(personOf(userId));
    return erasure;
  }

  private async destroy(
    tx: EntityManager,
    userId: string,
    { actor, reason }: { actor: Actor; reason?: string },
  ): Promise<Erasure> {
    const heldBy = await this.holds.held(tx, userId);
    if (heldBy) return { heldBy };
    const [{ length: keys }] = await tx.query<[unknown[], number]>(DESTROY, [personOf(userId)]);
    if (keys === 0) return { keys };
    await this.audit.record(tx, {
      type: 'audit.subject.erased',
      actor,
      userId,
      targets: [{ type: 'user', id: userId }],
      ...(reason !== undefined && { reason }),
      details: { keys },
    });
    return { keys };
  }
}
