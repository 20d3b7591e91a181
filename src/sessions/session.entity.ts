import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

/** A browser in which somebody is signed in. The cookie holds a secret; the row holds its digest. */
@Entity('sessions')
@Unique('sessions_digest_key', ['digest'])
@Index('sessions_user_id_idx', ['userId'])
@Index('sessions_continues_idx', ['continues'])
@Index('sessions_idp_subject_idx', ['idp', 'idpSubject'])
@Index('sessions_idp_session_idx', ['idp', 'idpSession'])
export class Session {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sessions_pkey' }) id!: string;
  @Column('bytea') digest!: Buffer;
  @ForeignKey('users', { name: 'sessions_user_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'last_seen_at' }) lastSeenAt!: Date;
  /** The absolute limit; the idle limit is counted from `lastSeenAt`. */
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  /** When the person last proved who they are. */
  @Column('timestamptz', { name: 'auth_time' }) authTime!: Date;
  @Column('text') acr!: string;
  /** RFC 8176 authentication methods. */
  @Column('text', { array: true }) amr!: string[];
  /** Id of the identity provider; `null` for a local sign-in. */
  @Column('text', { nullable: true }) idp!: string | null;
  /** The identity provider's names for the person and for its own session. */
  @Column('text', { name: 'idp_subject', nullable: true }) idpSubject!: string | null;
  @Column('text', { name: 'idp_session', nullable: true }) idpSession!: string | null;
  @Column('text', { nullable: true }) ip!: string | null;
  @Column('text', { name: 'user_agent', nullable: true }) userAgent!: string | null;
  /** The session of the same person at the same browser whose place it took. */
  @ForeignKey('sessions', { name: 'sessions_continues_fkey', onDelete: 'SET NULL' })
  @Column('uuid', { nullable: true })
  continues!: string | null;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt!: Date | null;
  @Column('text', { name: 'end_reason', nullable: true }) endReason!: string | null;
}
