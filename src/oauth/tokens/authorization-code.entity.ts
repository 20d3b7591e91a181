import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Grant } from '../grants/grant.entity.js';

/** A code on its way through the browser. Kept after its use, so that a replay is recognised. */
@Entity('authorization_codes')
@Index('authorization_codes_grant_id_idx', ['grantId'])
@Index('authorization_codes_expires_at_idx', ['expiresAt'])
export class AuthorizationCode {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'authorization_codes_pkey' }) digest!: Buffer;
  @Column('uuid', { name: 'grant_id' }) grantId!: string;
  @ManyToOne(() => Grant, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'grant_id', foreignKeyConstraintName: 'authorization_codes_grant_id_fkey' })
  grant?: Relation<Grant>;
  @Column('text', { name: 'client_id' }) clientId!: string;
  @Column('text', { name: 'redirect_uri' }) redirectUri!: string;
  @Column('text', { name: 'code_challenge' }) codeChallenge!: string;
  @Column('text', { nullable: true }) nonce!: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'used_at', nullable: true }) usedAt!: Date | null;
  /** `dpop_jkt`: only a proof of this key redeems it (RFC 9449 §10). */
  @Column('text', { nullable: true }) jkt!: string | null;
}
