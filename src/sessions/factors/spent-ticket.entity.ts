import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A ticket that was used, until it would have expired anyway: it is not taken twice. */
@Entity('spent_tickets')
@Index('spent_tickets_expires_at_idx', ['expiresAt'])
export class SpentTicket {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'spent_tickets_pkey' }) digest!: Buffer;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
}
