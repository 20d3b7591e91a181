import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AuditFilters } from '../search/audit-filters.js';

/** Filters of the trail that somebody gave a name. */
@Entity('audit_saved_searches')
@Index('audit_saved_searches_owner_idx', ['owner', 'id'])
@Index('audit_saved_searches_alert_idx', ['lookedAt'], { where: 'alert_threshold IS NOT NULL' })
export class SavedSearch {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'audit_saved_searches_pkey' }) id!: string;
  /** Type and id of who keeps it. */
  @Column('text') owner!: string;
  @Column('text') name!: string;
  @Column('jsonb') filters!: AuditFilters;
  /** Whether everybody who may read the trail sees it. */
  @Column('boolean') shared!: boolean;
  /** So many events within the window raise an alert. */
  @Column('integer', { name: 'alert_threshold', nullable: true }) alertThreshold!: number | null;
  @Column('integer', { name: 'alert_window_s', nullable: true }) alertWindowS!: number | null;
  @Column('timestamptz', { name: 'looked_at', nullable: true }) lookedAt!: Date | null;
  @Column('timestamptz', { name: 'alerted_at', nullable: true }) alertedAt!: Date | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
}
