import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

/**
 * A long-lived secret that a person or a service shows at one resource in place of an access token. The key itself is
 * never stored.
 */
@Entity('api_keys')
@Unique('api_keys_digest_key', ['digest'])
@Index('api_keys_user_id_idx', ['userId'])
@Index('api_keys_client_id_idx', ['clientId'])
@Index('api_keys_expires_at_idx', ['expiresAt'])
@Check('api_keys_owner_check', 'num_nonnulls(user_id, client_id) = 1')
export class ApiKey {
  /** The `jti` of every call with it. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'api_keys_pkey' }) id!: string;
  @Column('bytea') digest!: Buffer;
  /** What it is for, in the words of whoever made it. */
  @Column('text') name!: string;
  /** Whose it is: a person, or a client that acts for itself. */
  @ForeignKey('users', { name: 'api_keys_user_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;
  @ForeignKey('clients', { name: 'api_keys_client_id_fkey', onDelete: 'CASCADE' })
  @Column('text', { name: 'client_id', nullable: true })
  clientId!: string | null;
  /** The one resource it is good at. */
  @Column('text') resource!: string;
  /** What it may do at most; its owner has to be allowed it still. */
  @Column('text', { array: true }) scopes!: string[];
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  /** The person or client that made it. */
  @Column('text', { name: 'created_by' }) createdBy!: string;
  /** When its present secret was made. */
  @Column('timestamptz', { name: 'issued_at' }) issuedAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  /** Written at most once a minute. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt!: Date | null;
  @Column('text', { name: 'last_used_ip', nullable: true }) lastUsedIp!: string | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
  @Column('text', { name: 'revoked_reason', nullable: true }) revokedReason!: string | null;
}
