import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { BlastCounts } from './blast-radius.js';
import type { PlanSelector } from './selector.js';

/** What somebody wants to end, what it would hit, and, once it was applied, what it did. */
@Entity('revocation_plans')
@Index('revocation_plans_applied_at_idx', ['appliedAt'])
export class RevocationPlan {
  /** UUIDv7. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'revocation_plans_pkey' }) id!: string;
  @Column('jsonb') selector!: PlanSelector;
  /** What of the trees it hits was counted last; another one asks for another yes. */
  @Column('text') hash!: string;
  @Column('jsonb') counts!: BlastCounts;
  @Column('integer', { name: 'approvals_needed' }) approvalsNeeded!: number;
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('text', { name: 'created_by_type' }) createdByType!: string;
  @Column('text', { name: 'created_by' }) createdBy!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('text', { name: 'applied_by_type', nullable: true }) appliedByType!: string | null;
  @Column('text', { name: 'applied_by', nullable: true }) appliedBy!: string | null;
  @Column('timestamptz', { name: 'applied_at', nullable: true }) appliedAt!: Date | null;
  /** Its last row in the ledger; `null` when there was nothing left to end. */
  @Column('bigint', { name: 'applied_seq', nullable: true }) appliedSeq!: string | null;
  /** What it ended. */
  @Column('jsonb', { nullable: true })
  ended!: { grants: number; sessions: number; tokens: number; apiKeys?: number } | null;
}
