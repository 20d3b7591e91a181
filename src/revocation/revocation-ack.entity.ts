import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** That a replica took in a stretch of the ledger, and what that ended there. */
@Entity('revocation_acks')
@Index('revocation_acks_to_seq_idx', ['toSeq'])
export class RevocationAck {
  @PrimaryColumn('uuid', { name: 'replica_id', primaryKeyConstraintName: 'revocation_acks_pkey' })
  replicaId!: string;
  @PrimaryColumn('bigint', { name: 'to_seq', primaryKeyConstraintName: 'revocation_acks_pkey' })
  toSeq!: string;
  @Column('bigint', { name: 'from_seq' }) fromSeq!: string;
  @Column('timestamptz', { name: 'acked_at' }) ackedAt!: Date;
  /** Calls and streams that were running. */
  @Column('integer', { name: 'calls_ended' }) callsEnded!: number;
}
