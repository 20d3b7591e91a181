import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** The authenticator app of a person (TOTP, RFC 6238). */
@Entity('authenticators')
export class Authenticator {
  @ForeignKey('users', { name: 'authenticators_user_id_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'authenticators_pkey' })
  userId!: string;
  /** The secret it shares with this server. */
  @Column('bytea') sealed!: Buffer;
  /** The time step of the last code that was taken: neither it nor an earlier one is taken again. */
  @Column('bigint', { name: 'last_step' }) lastStep!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt!: Date | null;
}
