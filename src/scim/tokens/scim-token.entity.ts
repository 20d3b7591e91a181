import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** Lets a directory that cannot use OAuth provision people. The token itself is never stored. */
@Entity('scim_tokens')
@Unique('scim_tokens_digest_key', ['digest'])
export class ScimToken {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'scim_tokens_pkey' }) id!: string;
  @Column('bytea') digest!: Buffer;
  /** What it is for. */
  @Column('text') note!: string;
  /** E-mail domains that its bearer is authoritative for. */
  @Column('text', { name: 'vouches_for', array: true, default: {} }) vouchesFor!: string[];
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  /** The person or client that made it. */
  @Column('text', { name: 'created_by' }) createdBy!: string;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  /** Written at most once a minute. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt!: Date | null;
  @Column('text', { name: 'last_used_ip', nullable: true }) lastUsedIp!: string | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
}
