import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A data key under which sealed details about one subject are. Without `sealed` it is destroyed, and they with it. */
@Entity('audit_subject_keys')
@Index('audit_subject_keys_subject_idx', ['subject', 'createdAt'])
@Index('audit_subject_keys_destroyed_at_idx', ['destroyedAt'], { where: 'destroyed_at IS NOT NULL' })
export class SubjectKey {
  @PrimaryColumn('uuid', { name: 'key_id', primaryKeyConstraintName: 'audit_subject_keys_pkey' })
  keyId!: string;
  /** `user:<id>`, `client:<id>` or `system`. */
  @Column('text') subject!: string;
  @Column('bytea', { nullable: true }) sealed!: Buffer | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'destroyed_at', nullable: true }) destroyedAt!: Date | null;
}
