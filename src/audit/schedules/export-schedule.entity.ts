import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AuditFilters } from '../search/audit-filters.js';
import type { Period } from './periods.js';

/** Exports that are made by themselves: of each hour, day, week or month, when it is over. */
@Entity('audit_export_schedules')
@Index('audit_export_schedules_name_key', ['name'], { unique: true })
export class ExportSchedule {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'audit_export_schedules_pkey' }) id!: string;
  @Column('text') name!: string;
  @Column('text') format!: string;
  @Column('jsonb') filters!: AuditFilters;
  @Column('text') period!: Period;
  @Column('text') state!: 'active' | 'paused';
  /** Where the next export begins: what is before is in those that were made. */
  @Column('timestamptz', { name: 'next_from' }) nextFrom!: Date;
  /** Where it ends. */
  @Column('timestamptz', { name: 'next_until' }) nextUntil!: Date;
  /** Why the last one was not made, or not written to the folder. */
  @Column('text', { nullable: true }) problem!: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
}
