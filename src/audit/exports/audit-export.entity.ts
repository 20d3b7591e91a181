import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AuditFilters } from '../search/audit-filters.js';

export type ExportState = 'pending' | 'running' | 'ready' | 'failed';

/**
 * An export of the trail. Its bytes are not kept: the events before `tree_size` never change, so that they are made
 * anew for each download, and held against the hash that was signed.
 */
@Entity('audit_exports')
@Index('audit_exports_state_idx', ['state', 'id'])
@Index('audit_exports_schedule_idx', ['scheduleId', 'id'], { where: 'schedule_id IS NOT NULL' })
export class AuditExport {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'audit_exports_pkey' }) id!: string;
  @Column('text', { name: 'created_by' }) createdBy!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('text') format!: string;
  @Column('jsonb') filters!: AuditFilters;
  @Column('text') state!: ExportState;
  /** Which process works on it. */
  @Column('uuid', { name: 'lease_by', nullable: true }) leaseBy!: string | null;
  /** Until when somebody works on it. */
  @Column('timestamptz', { name: 'lease_until', nullable: true }) leaseUntil!: Date | null;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt!: Date | null;
  /** Its first line, as JSON: a jsonb column would put the members in another order. */
  @Column('text', { nullable: true }) header!: string | null;
  /** The checkpoint it goes up to. */
  @Column('text', { nullable: true }) checkpoint!: string | null;
  @Column('bigint', { nullable: true }) events!: string | null;
  @Column('bigint', { nullable: true }) bytes!: string | null;
  /** SHA-256 of its bytes. */
  @Column('bytea', { nullable: true }) digest!: Buffer | null;
  /** A JWS. */
  @Column('text', { nullable: true }) manifest!: string | null;
  @Column('text', { nullable: true }) problem!: string | null;
  /** The schedule that ordered it. */
  @Column('uuid', { name: 'schedule_id', nullable: true }) scheduleId!: string | null;
  /** When it was written to `audit.exportFolder`. */
  @Column('timestamptz', { name: 'written_at', nullable: true }) writtenAt!: Date | null;
}
