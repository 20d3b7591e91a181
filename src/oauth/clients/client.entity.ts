import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An application that may ask for tokens. The secret itself is never stored. */
@Entity('clients')
@Index('clients_created_at_idx', ['createdAt'])
export class Client {
  /** `client_id`. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'clients_pkey' }) id!: string;
  @Column('text') name!: string;
  /** How it came to be: from configuration or an admin, or by dynamic registration (RFC 7591). */
  @Column('text') registration!: 'static' | 'admin' | 'dcr';
  @Column('text', { name: 'trust_state' }) trustState!: 'quarantined' | 'approved' | 'suspended';
  @Column('text', { name: 'auth_method' }) authMethod!: 'none' | 'client_secret_basic' | 'client_secret_post';
  @Column('bytea', { name: 'secret_digest', nullable: true }) secretDigest!: Buffer | null;
  @Column('text', { name: 'application_type' }) applicationType!: 'web' | 'native';
  @Column('text', { name: 'redirect_uris', array: true }) redirectUris!: string[];
  @Column('text', { name: 'grant_types', array: true }) grantTypes!: string[];
  /** What it gets when it asks for nothing in particular. */
  @Column('text', { array: true }) scopes!: string[];
  /** What it may be granted at most; `null` leaves that to policy. */
  @Column('text', { name: 'allowed_scopes', array: true, nullable: true }) allowedScopes!: string[] | null;
  @Column('boolean', { name: 'skip_consent', default: false }) skipConsent!: boolean;
  @Column('text', { name: 'client_uri', nullable: true }) clientUri!: string | null;
  @Column('text', { name: 'software_id', nullable: true }) softwareId!: string | null;
  @Column('text', { name: 'software_version', nullable: true }) softwareVersion!: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt!: Date | null;
  @Column('timestamptz', { name: 'suspended_at', nullable: true }) suspendedAt!: Date | null;
}
