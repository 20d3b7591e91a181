import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** The place of an event in the hash tree, and its hash. Rows are only ever inserted. */
@Entity('audit_leaves')
@Unique('audit_leaves_event_id_key', ['eventId'])
export class AuditLeaf {
  /** Counted from 0, without gaps. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'audit_leaves_pkey' }) seq!: string;
  @Column('uuid', { name: 'event_id' }) eventId!: string;
  @Column('bytea', { name: 'leaf_hash' }) leafHash!: Buffer;
}
