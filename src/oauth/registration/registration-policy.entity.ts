import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RegistrationMatch, RegistrationRule } from '../../config/index.js';

/** A rule about applications that nobody here made, set by an operator: looked at before those of the configuration. */
@Entity('registration_policies')
export class RegistrationPolicy {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'registration_policies_pkey' }) id!: string;
  @Column('text') name!: string;
  /** The lowest is looked at first. */
  @Column('integer') position!: number;
  @Column('jsonb') match!: RegistrationMatch;
  @Column('text') trust!: RegistrationRule['trust'];
  @Column('text', { array: true, nullable: true }) scopes!: string[] | null;
  @Column('text', { nullable: true }) redirects!: 'https' | 'same-host' | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
}
