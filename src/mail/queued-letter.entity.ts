import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A letter that has yet to be sent. It is gone when it was sent or was given up. */
@Entity('mail_outbox')
@Index('mail_outbox_next_attempt_at_idx', ['nextAttemptAt'])
export class QueuedLetter {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'mail_outbox_pkey' }) id!: string;
  /** What it says and to whom. */
  @Column('bytea') sealed!: Buffer;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('integer') attempts!: number;
  @Column('timestamptz', { name: 'next_attempt_at' }) nextAttemptAt!: Date;
}
