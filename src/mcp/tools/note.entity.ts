import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A note a person keeps through the tools; nobody else sees it. */
@Entity('notes')
@Index('notes_user_id_created_at_idx', ['userId', 'createdAt'])
export class Note {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'notes_pkey' }) id!: string;
  @ForeignKey('users', { name: 'notes_user_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  @Column('text') title!: string;
  @Column('text') body!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
}
