import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** An event that a stream gave up delivering. It is in the trail all the same. */
@Entity('audit_dead_letters')
@Index('audit_dead_letters_stream_id_idx', ['streamId', 'id'])
export class DeadLetter {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'audit_dead_letters_pkey' }) id!: string;
  @ForeignKey('audit_streams', { name: 'audit_dead_letters_stream_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'stream_id' })
  streamId!: string;
  @Column('bigint') seq!: string;
  @Column('uuid', { name: 'event_id' }) eventId!: string;
  @Column('text') type!: string;
  @Column('integer') attempts!: number;
  @Column('text') problem!: string;
  @Column('timestamptz', { name: 'died_at' }) diedAt!: Date;
}
