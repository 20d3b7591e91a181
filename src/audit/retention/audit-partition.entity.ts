import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RetentionClass } from '../event-types.js';

/** `live`: it could not be taken out, and `problem` says why. */
export type PartitionState = 'live' | 'detached' | 'archived' | 'dropped';

/**
 * A partition of the trail that retention takes out. The running server may only read this; what counts of it is signed.
 */
@Entity('audit_partitions')
export class AuditPartition {
  /** Of the table. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'audit_partitions_pkey' }) name!: string;
  @Column('text') retention!: RetentionClass;
  @Column('timestamptz', { name: 'from_time' }) fromTime!: Date;
  @Column('timestamptz', { name: 'to_time' }) toTime!: Date;
  @Column('text') state!: PartitionState;
  @Column('bigint') events!: string;
  /** The first and the last place of its events; absent where it has none. */
  @Column('bigint', { name: 'first_seq', nullable: true }) firstSeq!: string | null;
  @Column('bigint', { name: 'last_seq', nullable: true }) lastSeq!: string | null;
  /** The places of its events. */
  @Column('bytea', { nullable: true }) places!: Buffer | null;
  /** A JWS over all that makes its archive what it is. */
  @Column('text', { nullable: true }) statement!: string | null;
  /** Name of the file. */
  @Column('text', { nullable: true }) archive!: string | null;
  /** SHA-256 of the file. */
  @Column('bytea', { nullable: true }) digest!: Buffer | null;
  @Column('bigint', { nullable: true }) bytes!: string | null;
  /** Why it goes no further. */
  @Column('text', { nullable: true }) problem!: string | null;
  @Column('timestamptz', { name: 'detached_at', nullable: true }) detachedAt!: Date | null;
  @Column('timestamptz', { name: 'archived_at', nullable: true }) archivedAt!: Date | null;
  @Column('timestamptz', { name: 'dropped_at', nullable: true }) droppedAt!: Date | null;
}
