import type { JWK } from 'jose';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key pair that signs tokens. The private half is sealed under the key-encryption keys. */
@Entity('signing_keys')
export class SigningKey {
  /** RFC 7638 thumbprint of the public key. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'signing_keys_pkey' }) kid!: string;
  @Column('text') alg!: string;
  @Column('text') state!: 'active' | 'retired';
  @Column('jsonb', { name: 'public_jwk' }) publicJwk!: JWK;
  @Column('bytea', { name: 'sealed_private' }) sealedPrivate!: Buffer;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'activated_at', nullable: true }) activatedAt!: Date | null;
}
