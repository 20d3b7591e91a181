import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An identity provider that an admin set up over the network; those of the configuration are not here. */
@Entity('identity_providers')
export class IdentityProvider {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'identity_providers_pkey' }) id!: string;
  /** As the configuration file has them, without the secrets. */
  @Column('jsonb') settings!: object;
  /** The settings that are secrets, as JSON under the key-encryption keys. */
  @Column('bytea') secrets!: Buffer;
  /** Another one after every change. */
  @Column('uuid') version!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
}
