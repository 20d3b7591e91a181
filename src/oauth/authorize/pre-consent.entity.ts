import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, Unique, type Relation } from 'typeorm';
import { Client } from '../clients/client.entity.js';

/** That an admin allowed a client these scopes at this resource beforehand: the people of the audience are not asked for them. */
@Entity('pre_consents')
@Unique('pre_consents_client_audience_resource_key', ['clientId', 'audience', 'resource'])
export class PreConsent {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pre_consents_pkey' }) id!: string;
  @Column('text', { name: 'client_id' }) clientId!: string;
  @ManyToOne(() => Client, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'client_id', foreignKeyConstraintName: 'pre_consents_client_id_fkey' })
  client?: Relation<Client>;
  /** `everyone`, `role:` and a role, or `group:` and the key of a group's name. */
  @Column('text') audience!: string;
  @Column('text') resource!: string;
  @Column('text', { array: true }) scopes!: string[];
  /** What the client was when the admin decided; another one is asked for again. */
  @Column('bytea', { name: 'client_fingerprint', nullable: true }) clientFingerprint!: Buffer | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  /** Id of the person or client that decided. */
  @Column('text', { name: 'created_by' }) createdBy!: string;
}
