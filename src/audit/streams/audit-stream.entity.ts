import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AuditFilters } from '../search/audit-filters.js';
import type { StreamKind, StreamSettings } from './stream-settings.js';

/** A way out of the trail to somebody else's collector. One replica delivers at a time, in order. */
@Entity('audit_streams')
export class AuditStream {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'audit_streams_pkey' }) id!: string;
  @Column('text') name!: string;
  @Column('text') kind!: StreamKind;
  @Column('text') format!: string;
  @Column('jsonb') filters!: AuditFilters;
  @Column('jsonb') settings!: StreamSettings;
  /** Sealed: the HMAC key of `http`, the bearer token of `otlp`. */
  @Column('bytea', { nullable: true }) secret!: Buffer | null;
  @Column('text') state!: 'active' | 'paused';
  /** The place of the next event to look at. */
  @Column('bigint') position!: string;
  @Column('integer') attempts!: number;
  @Column('integer', { name: 'max_attempts' }) maxAttempts!: number;
  @Column('timestamptz', { name: 'next_attempt_at' }) nextAttemptAt!: Date;
  @Column('uuid', { name: 'lease_by', nullable: true }) leaseBy!: string | null;
  @Column('timestamptz', { name: 'lease_until', nullable: true }) leaseUntil!: Date | null;
  @Column('bigint') delivered!: string;
  @Column('timestamptz', { name: 'delivered_at', nullable: true }) deliveredAt!: Date | null;
  @Column('text', { nullable: true }) problem!: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
}
