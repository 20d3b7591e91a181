import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the trail has of this person must stay as it is. They may have been deleted. */
@Entity('audit_legal_holds')
export class LegalHold {
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'audit_legal_holds_pkey' })
  userId!: string;
  @Column('text') reason!: string;
  @Column('text', { nullable: true }) ticket!: string | null;
  /** Type and id of who set it. */
  @Column('text', { name: 'set_by' }) setBy!: string;
  @Column('timestamptz', { name: 'set_at' }) setAt!: Date;
}
