import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Grant } from '../grants/grant.entity.js';

/** What is known of an access token that was issued. The token itself is a JWT and is stored nowhere. */
@Entity('access_tokens')
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
}
