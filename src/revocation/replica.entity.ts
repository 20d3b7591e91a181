import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A running server process, and how far in the ledger it has come. */
@Entity('replicas')
export class Replica {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'replicas_pkey' }) id!: string;
  @Column('timestamptz', { name: 'started_at' }) startedAt!: Date;
  @Column('timestamptz', { name: 'seen_at' }) seenAt!: Date;
  @Column('bigint', { name: 'acked_seq' }) ackedSeq!: string;
}
