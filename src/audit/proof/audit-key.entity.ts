import type { JWK } from 'jose';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key that signs checkpoints of the audit trail and nothing that anybody is let in by. The youngest signs. */
@Entity('audit_keys')
export class AuditKey {
  /** RFC 7638 thumbprint of the public key. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'audit_keys_pkey' }) kid!: string;
  @Column('jsonb', { name: 'public_jwk' }) publicJwk!: JWK;
  /** The private half under the key-encryption keys. */
  @Column('bytea', { name: 'sealed_private' }) sealedPrivate!: Buffer;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
}
