import type { JWK } from 'jose';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An application that may ask for tokens. The secret itself is never stored. */
@Entity('clients')
@Index('clients_created_at_idx', ['createdAt'])
@Index('clients_last_used_at_idx', ['lastUsedAt'])
export class Client {
  /** `client_id`. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'clients_pkey' }) id!: string;
  @Column('text') name!: string;
  /** How it came to be: from configuration or an admin, by dynamic registration (RFC 7591), or by a metadata document (CIMD). */
  @Column('text') registration!: 'static' | 'admin' | 'dcr' | 'cimd';
  @Column('text', { name: 'trust_state' }) trustState!: 'quarantined' | 'approved' | 'suspended';
  @Column('text', { name: 'auth_method' }) authMethod!:
    'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';
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
  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' }) updatedAt!: Date;
  /** Digest of what people were shown when they consented; another one asks them again. */
  @Column('bytea', { nullable: true }) fingerprint!: Buffer | null;
  /** Public keys of `private_key_jwt` (RFC 7591 §2): by value or by reference, never both. */
  @Column('jsonb', { nullable: true }) jwks!: { keys: JWK[] } | null;
  @Column('text', { name: 'jwks_uri', nullable: true }) jwksUri!: string | null;
  /** `token_endpoint_auth_signing_alg`; `null` leaves it to what the server accepts. */
  @Column('text', { name: 'assertion_alg', nullable: true }) assertionAlg!: string | null;
  /** The secret before the last rotation, good until the overlap ends. */
  @Column('bytea', { name: 'previous_secret_digest', nullable: true }) previousSecretDigest!: Buffer | null;
  @Column('timestamptz', { name: 'previous_secret_until', nullable: true }) previousSecretUntil!: Date | null;
  /** Digest of the registration access token (RFC 7592 §1.3). */
  @Column('bytea', { name: 'management_digest', nullable: true }) managementDigest!: Buffer | null;
  /** `require_pushed_authorization_requests` (RFC 9126 §6). */
  @Column('boolean', { name: 'require_par', default: false }) requirePar!: boolean;
  /** `dpop_bound_access_tokens` (RFC 9449 §5.2). */
  @Column('boolean', { name: 'dpop_bound', default: false }) dpopBound!: boolean;
  /** OpenID Connect RP-Initiated Logout §2.1. */
  @Column('text', { name: 'post_logout_redirect_uris', array: true, default: () => "'{}'" })
  postLogoutRedirectUris!: string[];
  /** OpenID Connect Back-Channel Logout §2.2. */
  @Column('text', { name: 'backchannel_logout_uri', nullable: true }) backchannelLogoutUri!: string | null;
  @Column('boolean', { name: 'backchannel_logout_session_required', default: false })
  backchannelLogoutSessionRequired!: boolean;
  @Column('text', { name: 'logo_uri', nullable: true }) logoUri!: string | null;
  @Column('text', { name: 'tos_uri', nullable: true }) tosUri!: string | null;
  @Column('text', { name: 'policy_uri', nullable: true }) policyUri!: string | null;
  /** Who vouched for it at registration: the issuer of a software statement, or an initial access token. */
  @Column('text', { name: 'vouched_by', nullable: true }) vouchedBy!: string | null;
  /** Of a metadata document: its validator, and until when the copy is fresh. */
  @Column('text', { name: 'document_etag', nullable: true }) documentEtag!: string | null;
  @Column('timestamptz', { name: 'document_until', nullable: true }) documentUntil!: Date | null;
}
