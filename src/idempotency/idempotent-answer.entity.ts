import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A request that acts once however often it is sent, and what was answered to it. */
@Entity('idempotent_answers')
@Index('idempotent_answers_expires_at_idx', ['expiresAt'])
export class IdempotentAnswer {
  /** Digest of the caller, the route and the `Idempotency-Key`. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'idempotent_answers_pkey' }) key!: Buffer;
  /** Keyed digest of what was sent with it. */
  @Column('bytea', { name: 'request_mac' }) requestMac!: Buffer;
  /** Sealed; `null` until the first request has been answered. */
  @Column('bytea', { nullable: true }) answer!: Buffer | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
}
