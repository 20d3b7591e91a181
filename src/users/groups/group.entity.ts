import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Role } from '../../config/index.js';

/** Who made a group: a provisioning client, an operator, or the configuration file. */
export type GroupOrigin = 'scim' | 'admin' | 'config';

/** People who may do the same. Rules refer to it by name. */
@Entity('groups')
@Unique('groups_name_key_key', ['nameKey'])
@Index('groups_external_id_idx', ['externalId'])
export class Group {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'groups_pkey' }) id!: string;
  @Column('text') name!: string;
  /** The name as it is compared: trimmed, NFKC, lower case. */
  @Column('text', { name: 'name_key' }) nameKey!: string;
  /** What the provisioning client knows it by. */
  @Column('text', { name: 'external_id', nullable: true }) externalId!: string | null;
  @Column('text') origin!: GroupOrigin;
  /** The configuration file names it: name and roles are what the file says. */
  @Column('boolean', { default: false }) configured!: boolean;
  @Column('text', { array: true, default: {} }) roles!: Role[];
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
  /** Counts every change, of its members too. */
  @Column('integer', { default: 1 }) version!: number;
}
