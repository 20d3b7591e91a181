import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../audit-fact.js';
import { AuditLog } from '../audit-log.js';
import { LegalHold } from './legal-hold.entity.js';

export type LegalHoldView = Readonly<LegalHold>;

export interface HoldRequest {
  readonly actor: Actor;
  readonly reason: string;
  readonly ticket?: string;
}

/** What the trail has of some people must stay as it is: nothing of it is erased, and nothing goes because of its age. */
@Injectable()
export class LegalHolds {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  async find(userId: string): Promise<LegalHoldView | undefined> {
    return (await this.dataSource.manager.findOneBy(LegalHold, { userId })) ?? undefined;
  }

  /** What was said of a hold that is there already stays, too. */
  set(userId: string, { actor, reason, ticket }: HoldRequest): Promise<LegalHoldView> {
    return this.dataSource.transaction(async (tx) => {
      const before = await this.held(tx, userId);
      if (before) return before;
      const hold = Object.assign(new LegalHold(), {
        userId,
        reason,
        ticket: ticket ?? null,
        setBy: `${actor.type} ${actor.id ?? ''}`.trim(),
        setAt: new Date(),
      });
      await tx.insert(LegalHold, hold);
      await this.audit.record(tx, {
        type: 'audit.legal_hold.set',
        actor,
        userId,
        targets: [{ type: 'user', id: userId }],
        reason,
        ...(ticket !== undefined && { ticket }),
      });
      return hold;
    });
  }

  /** `undefined`: there is none. */
  lift(userId: string, by: { actor: Actor; reason?: string }): Promise<LegalHoldView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const hold = await this.held(tx, userId);
      if (!hold) return undefined;
      await tx.delete(LegalHold, { userId });
      await this.audit.record(tx, {
        type: 'audit.legal_hold.lifted',
        actor: by.actor,
        userId,
        targets: [{ type: 'user', id: userId }],
        ...(by.reason !== undefined && { reason: by.reason }),
        details: { set_at: hold.setAt.toISOString() },
      });
      return hold;
    });
  }

  /** Until the transaction ends, none is set and none is lifted. */
  async held(tx: EntityManager, userId: string): Promise<LegalHoldView | undefined> {
    await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`legal hold of ${userId}`]);
    return (await tx.findOneBy(LegalHold, { userId })) ?? undefined;
  }
}
