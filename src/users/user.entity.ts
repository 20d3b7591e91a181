import { Column, Entity, Index, PrimaryColumn, Unique, VirtualColumn } from 'typeorm';
import type { Role } from '../config/index.js';
import { groupNamesOf } from './groups/group-names.js';

export type { Role };

/** Who switched an account off. What an operator did, a provisioning client does not undo. */
export type DisabledOrigin = 'admin' | 'scim';

/** A person of the organisation. */
@Entity('users')
@Unique('users_email_key_key', ['emailKey'])
@Unique('users_user_name_key_key', ['userNameKey'])
@Index('users_external_id_idx', ['externalId'])
export class User {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_pkey' }) id!: string;
  @Column('text') email!: string;
  /** The address as it is compared: trimmed, NFKC, lower case. */
  @Column('text', { name: 'email_key' }) emailKey!: string;
  @Column('boolean', { name: 'email_verified', default: false }) emailVerified!: boolean;
  @Column('text', { nullable: true }) name!: string | null;
  /** Argon2id in PHC format; `null` for people who only sign in by an identity provider. */
  @Column('text', { name: 'password_hash', nullable: true }) passwordHash!: string | null;
  /** All roles that count: those assigned, and those of the groups. Written by `recomputeRoles` alone. */
  @Column('text', { array: true, default: {} }) roles!: Role[];
  /** Given to the person themselves, by an operator or at the first start. */
  @Column('text', { name: 'assigned_roles', array: true, default: {} }) assignedRoles!: Role[];
  @VirtualColumn({ type: 'text', query: groupNamesOf }) groups!: string[];
  @Column('timestamptz', { name: 'disabled_at', nullable: true }) disabledAt!: Date | null;
  @Column('text', { name: 'disabled_origin', nullable: true }) disabledOrigin!: DisabledOrigin | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'last_login_at', nullable: true }) lastLoginAt!: Date | null;
  /** What a provisioning client knows the person by. */
  @Column('text', { name: 'external_id', nullable: true }) externalId!: string | null;
  /** SCIM `userName`; `null`: the e-mail address. */
  @Column('text', { name: 'user_name', nullable: true }) userName!: string | null;
  @Column('text', { name: 'user_name_key', nullable: true }) userNameKey!: string | null;
  /** What else a provisioning client said, as SCIM has it; `null` when none did. */
  @Column('jsonb', { name: 'scim_profile', nullable: true }) scimProfile!: object | null;
  /** This and `version` are kept by a trigger (`users_touch`). */
  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' }) updatedAt!: Date;
  @Column('integer', { default: 1 }) version!: number;
}
