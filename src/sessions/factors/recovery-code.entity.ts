import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** One of the codes that stand in for a lost second factor, until it is used. */
@Entity('recovery_codes')
@Index('recovery_codes_user_id_idx', ['userId'])
export class RecoveryCode {
  /** Of the code together with the person: 80 random bits, so there is nothing to slow down. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'recovery_codes_pkey' }) digest!: Buffer;
  @ForeignKey('users', { name: 'recovery_codes_user_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
}
