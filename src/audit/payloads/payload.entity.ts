import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What of an event is personal or secret, sealed. The event has its digest, and stays when it goes. */
@Entity('audit_payloads')
@Index('audit_payloads_brief_idx', ['eventId'], { where: 'brief' })
@Index('audit_payloads_retention_idx', ['retention', 'eventId'])
export class Payload {
  @PrimaryColumn('uuid', { name: 'event_id', primaryKeyConstraintName: 'audit_payloads_pkey' })
  eventId!: string;
  @Column('uuid', { name: 'key_id' }) keyId!: string;
  @Column('bytea') sealed!: Buffer;
  /** Goes after `policies.audit.payloadDays`; otherwise with its event. */
  @Column('boolean') brief!: boolean;
  /** The retention class of its event. */
  @Column('text') retention!: string;
}
