import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Something that may be presented once: a client assertion, an ID-JAG, a DPoP proof. Remembered until it has expired. */
@Entity('used_proofs')
@Index('used_proofs_expires_at_idx', ['expiresAt'])
export class UsedProof {
  /** Digest of purpose, issuer and `jti`. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'used_proofs_pkey' }) key!: Buffer;
  @Column('text') purpose!: string;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
}
