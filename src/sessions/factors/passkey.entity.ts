import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

/** The public half of a passkey (WebAuthn credential). */
@Entity('passkeys')
@Unique('passkeys_credential_id_key', ['credentialId'])
@Index('passkeys_user_id_idx', ['userId'])
export class Passkey {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'passkeys_pkey' }) id!: string;
  @ForeignKey('users', { name: 'passkeys_user_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  @Column('bytea', { name: 'credential_id' }) credentialId!: Buffer;
  /** What the authenticator calls the person: random, the same for all passkeys of one person, and not their id. */
  @Column('bytea', { name: 'user_handle' }) userHandle!: Buffer;
  /** COSE key. */
  @Column('bytea', { name: 'public_key' }) publicKey!: Buffer;
  /** How often it signed, as far as it counts; one that does not says 0 for ever. */
  @Column('bigint') counter!: string;
  @Column('text', { array: true }) transports!: string[];
  /** Whether it may be, and is, on more than one device. */
  @Column('boolean', { name: 'backup_eligible' }) backupEligible!: boolean;
  @Column('boolean', { name: 'backed_up' }) backedUp!: boolean;
  /** The model of the authenticator; zeros when it does not say. */
  @Column('uuid') aaguid!: string;
  @Column('text') name!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt!: Date | null;
}
