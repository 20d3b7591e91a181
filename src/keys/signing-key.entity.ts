import type { JWK } from 'jose';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * `next` is published and does not sign yet; `active` signs; `retired` is published as long as a token it signed can
 * live; `revoked` is published no more.
 */
export type KeyState = 'next' | 'active' | 'retired' | 'revoked';

/** A key that signs tokens, signed them, or will. Of each algorithm one signs, and at most one is to be the next. */
@Entity('signing_keys')
@Index('signing_keys_alg_state_idx', ['alg', 'state'], {
  unique: true,
  where: `state IN ('next', 'active')`,
})
export class SigningKey {
  /** RFC 7638 thumbprint of the public key. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'signing_keys_pkey' }) kid!: string;
  @Column('text') alg!: string;
  @Column('text') state!: KeyState;
  @Column('jsonb', { name: 'public_jwk' }) publicJwk!: JWK;
  /** By which the custody signs with it: the private half under the key-encryption keys. `null` once it signs no more. */
  @Column('bytea', { name: 'sealed_private', nullable: true }) handle!: Buffer | null;
  /** From here on it was published. */
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  /** When a `next` key is to sign. */
  @Column('timestamptz', { name: 'activate_at', nullable: true }) activateAt!: Date | null;
  @Column('timestamptz', { name: 'activated_at', nullable: true }) activatedAt!: Date | null;
  @Column('timestamptz', { name: 'retired_at', nullable: true }) retiredAt!: Date | null;
  /** Of a retired key: when nothing it signed can be alive any more. */
  @Column('timestamptz', { name: 'publish_until', nullable: true }) publishUntil!: Date | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
}
