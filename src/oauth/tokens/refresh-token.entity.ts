import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique, type Relation } from 'typeorm';
import { Grant } from '../grants/grant.entity.js';

/** A refresh token of a grant; one of them is current, the others were rotated away. */
@Entity('refresh_tokens')
@Unique('refresh_tokens_digest_key', ['digest'])
@Index('refresh_tokens_grant_id_idx', ['grantId'])
@Index('refresh_tokens_expires_at_idx', ['expiresAt'])
export class RefreshToken {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'refresh_tokens_pkey' }) id!: string;
  @Column('bytea') digest!: Buffer;
  @Column('uuid', { name: 'grant_id' }) grantId!: string;
  @ManyToOne(() => Grant, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'grant_id', foreignKeyConstraintName: 'refresh_tokens_grant_id_fkey' })
  grant?: Relation<Grant>;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'used_at', nullable: true }) usedAt!: Date | null;
  @Column('uuid', { name: 'successor_id', nullable: true }) successorId!: string | null;
  /** The answer it got, sealed under a key that only the token itself yields; emptied after the overlap. */
  @Column('bytea', { name: 'sealed_answer', nullable: true }) sealedAnswer!: Buffer | null;
}
