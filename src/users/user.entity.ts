import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

export type Role = 'admin' | 'operator' | 'auditor';

/** A person of the organisation. */
@Entity('users')
@Unique('users_email_key_key', ['emailKey'])
export class User {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_pkey' }) id!: string;
  @Column('text') email!: string;
  /** The address as it is compared: trimmed, NFKC, lower case. */
  @Column('text', { name: 'email_key' }) emailKey!: string;
  @Column('boolean', { name: 'email_verified', default: false }) emailVerified!: boolean;
  @Column('text', { nullable: true }) name!: string | null;
  /** Argon2id in PHC format; `null` for people who only sign in by an identity provider. */
  @Column('text', { name: 'password_hash', nullable: true }) passwordHash!: string | null;
  @Column('text', { array: true, default: {} }) roles!: Role[];
  @Column('timestamptz', { name: 'disabled_at', nullable: true }) disabledAt!: Date | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'last_login_at', nullable: true }) lastLoginAt!: Date | null;
}
