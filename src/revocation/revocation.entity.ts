import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One row of the ledger: from `seq` on, whatever matches `kind` and `key` and was issued before is dead. */
@Entity('revocations')
@Index('revocations_until_idx', ['until'])
export class RevocationRow {
  /** Handed out under an advisory lock, so that order of commit is order of `seq`. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'revocations_pkey' }) seq!: string;
  @Column('text') kind!: string;
  @Column('text') key!: string;
  /** After this, nothing it could end is alive by itself. */
  @Column('timestamptz') until!: Date;
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('text', { name: 'actor_type' }) actorType!: string;
  @Column('text', { name: 'actor_id', nullable: true }) actorId!: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
}
