import {
  Column,
  Entity,
  ForeignKey,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { Client } from '../clients/client.entity.js';

/**
 * What one person allowed one installation of one client to do. Codes, refresh tokens and access tokens hang off it
 * and live only while it lives.
 */
@Entity('grants')
@Index('grants_user_id_id_idx', ['userId', 'id'])
@Index('grants_client_id_id_idx', ['clientId', 'id'])
@Index('grants_session_id_id_idx', ['sessionId', 'id'])
@Index('grants_living_idx', ['id'], { where: '(revoked_at IS NULL)' })
@Index('grants_scopes_idx', { synchronize: false })
export class Grant {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'grants_pkey' }) id!: string;
  @ForeignKey('users', { name: 'grants_user_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  @Column('text', { name: 'client_id' }) clientId!: string;
  @ManyToOne(() => Client, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'client_id', foreignKeyConstraintName: 'grants_client_id_fkey' })
  client?: Relation<Client>;
  /** The browser session in which it was given. */
  @ForeignKey('sessions', { name: 'grants_session_id_fkey', onDelete: 'SET NULL' })
  @Column('uuid', { name: 'session_id', nullable: true })
  sessionId!: string | null;
  @Column('text') resource!: string;
  @Column('text', { array: true }) scopes!: string[];
  @Column('timestamptz', { name: 'auth_time' }) authTime!: Date;
  @Column('text') acr!: string;
  @Column('text', { array: true }) amr!: string[];
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  /** When its code was redeemed; until then it is only an offer. */
  @Column('timestamptz', { name: 'activated_at', nullable: true }) activatedAt!: Date | null;
  /** The cap that no rotation extends. */
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt!: Date | null;
  @Column('text', { name: 'last_used_ip', nullable: true }) lastUsedIp!: string | null;
  /** When its bearer was last told that a scope is missing, until that was answered. */
  @Column('timestamptz', { name: 'step_up_at', nullable: true }) stepUpAt!: Date | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
  @Column('text', { name: 'revoked_reason', nullable: true }) revokedReason!: string | null;
  /** The grant type it came by. */
  @Column('text', { default: 'authorization_code' }) origin!: string;
  /** RFC 7638 thumbprint of the DPoP key that its refresh tokens are bound to (RFC 9449 §5). */
  @Column('text', { nullable: true }) jkt!: string | null;
}
