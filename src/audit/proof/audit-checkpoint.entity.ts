import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The signed word on what the tree was when it had that many leaves. Rows are only ever inserted. */
@Entity('audit_checkpoints')
export class AuditCheckpoint {
  @PrimaryColumn('bigint', { name: 'tree_size', primaryKeyConstraintName: 'audit_checkpoints_pkey' })
  treeSize!: string;
  @Column('timestamptz') time!: Date;
  @Column('text') kid!: string;
  /** A JWS in compact form; it says everything that counts. */
  @Column('text') jws!: string;
}
