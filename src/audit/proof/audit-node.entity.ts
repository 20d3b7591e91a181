import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The root of 256 leaves (level 1), of 256 of those (level 2), and so on. Rows are only ever inserted. */
@Entity('audit_nodes')
export class AuditNode {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'audit_nodes_pkey' }) level!: number;
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'audit_nodes_pkey' }) index!: string;
  @Column('bytea') hash!: Buffer;
}
