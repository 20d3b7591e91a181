import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import type { ToolPolicy } from './rules.js';

/** What operators ask of callers of some items beside what the items ask themselves. */
@Entity('tool_policies')
@Unique('tool_policies_name_key', ['name'])
export class ToolPolicyRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'tool_policies_pkey' }) id!: string;
  @Column('text') name!: string;
  @Column('text', { array: true }) items!: string[];
  /** Whom it is about; `null`: everybody. */
  @Column('text', { array: true, nullable: true }) clients!: string[] | null;
  @Column('text', { array: true, nullable: true }) groups!: string[] | null;
  @Column('text', { array: true, nullable: true }) users!: string[] | null;
  @Column('jsonb') rules!: ToolPolicy['rules'];
  /** Counts every change. */
  @Column('integer', { default: 1 }) version!: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
}
