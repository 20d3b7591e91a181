import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A flow that came back from its provider, until it would have expired anyway: it is not taken twice. */
@Entity('sso_used_flows')
@Index('sso_used_flows_expires_at_idx', ['expiresAt'])
export class UsedFlow {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'sso_used_flows_pkey' }) digest!: Buffer;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
}
