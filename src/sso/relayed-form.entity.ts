import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What a provider had a browser post here from its own site, until that browser comes for it. */
@Entity('sso_relayed_forms')
@Index('sso_relayed_forms_expires_at_idx', ['expiresAt'])
export class RelayedForm {
  /** Of the handle that the browser was given. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'sso_relayed_forms_pkey' }) digest!: Buffer;
  /** Under the handle, which is not kept. */
  @Column('bytea') sealed!: Buffer;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
}
