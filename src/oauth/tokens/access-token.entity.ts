import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique, type Relation } from 'typeorm';
import { Grant } from '../grants/grant.entity.js';

/** What is known of an access token that was issued. The token itself is stored nowhere. */
@Entity('access_tokens')
@Unique('access_tokens_digest_key', ['digest'])
@Index('access_tokens_parent_jti_idx', ['parentJti'])
@Index('access_tokens_grant_id_idx', ['grantId'])
@Index('access_tokens_client_id_idx', ['clientId'])
@Index('access_tokens_expires_at_idx', ['expiresAt'])
export class AccessToken {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'access_tokens_pkey' }) jti!: string;
  /** `null` for client_credentials. */
  @Column('uuid', { name: 'grant_id', nullable: true }) grantId!: string | null;
  @ManyToOne(() => Grant, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'grant_id', foreignKeyConstraintName: 'access_tokens_grant_id_fkey' })
  grant?: Relation<Grant>;
  @Column('uuid', { name: 'user_id', nullable: true }) userId!: string | null;
  @Column('text', { name: 'client_id' }) clientId!: string;
  @Column('text') resource!: string;
  @Column('text', { array: true }) scopes!: string[];
  @Column('text') kid!: string;
  @Column('bigint') rev!: string;
  @Column('timestamptz', { name: 'issued_at' }) issuedAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
  /** Of an opaque token; `null` for a JWT. */
  @Column('bytea', { nullable: true }) digest!: Buffer | null;
  /** `sub`, where it is neither the person's id nor the client's. */
  @Column('text', { nullable: true }) subject!: string | null;
  /** The token it was exchanged for (RFC 8693): it ends with it. */
  @Column('uuid', { name: 'parent_jti', nullable: true }) parentJti!: string | null;
  /** RFC 7638 thumbprint of the DPoP key it is bound to. */
  @Column('text', { nullable: true }) jkt!: string | null;
  /** Of an opaque token: what a JWT would say beside the columns. */
  @Column('jsonb', { nullable: true }) claims!: Record<string, unknown> | null;
}
