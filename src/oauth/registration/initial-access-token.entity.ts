import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** Lets applications register themselves (RFC 7591 §3), a number of times. The token itself is never stored. */
@Entity('initial_access_tokens')
@Unique('initial_access_tokens_digest_key', ['digest'])
@Index('initial_access_tokens_created_at_idx', ['createdAt'])
export class InitialAccessToken {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'initial_access_tokens_pkey' }) id!: string;
  @Column('bytea') digest!: Buffer;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  /** The person or client that made it. */
  @Column('text', { name: 'created_by' }) createdBy!: string;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('integer', { name: 'max_uses' }) maxUses!: number;
  @Column('integer', { default: 0 }) uses!: number;
  /** What is registered with it is. */
  @Column('text', { name: 'trust_state' }) trustState!: 'approved' | 'quarantined';
  /** What is registered with it may be granted at most; `null` leaves that to policy. */
  @Column('text', { array: true, nullable: true }) scopes!: string[] | null;
  @Column('text', { nullable: true }) note!: string | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
}
