import {
  Column,
  Entity,
  ForeignKey,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  Unique,
  type Relation,
} from 'typeorm';
import { Client } from '../clients/client.entity.js';

/** That a person allowed a client these scopes at this resource, answered to this redirect URI. Anything else is asked again. */
@Entity('consents')
@Unique('consents_user_client_resource_redirect_key', ['userId', 'clientId', 'resource', 'redirectKey'])
@Index('consents_client_id_idx', ['clientId'])
export class Consent {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'consents_pkey' }) id!: string;
  @ForeignKey('users', { name: 'consents_user_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  @Column('text', { name: 'client_id' }) clientId!: string;
  @ManyToOne(() => Client, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'client_id', foreignKeyConstraintName: 'consents_client_id_fkey' })
  client?: Relation<Client>;
  @Column('text') resource!: string;
  @Column('text', { name: 'redirect_key' }) redirectKey!: string;
  @Column('text', { array: true }) scopes!: string[];
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
  /** What the client was when the person said yes; `null` for a consent older than this column. */
  @Column('bytea', { name: 'client_fingerprint', nullable: true }) clientFingerprint!: Buffer | null;
}
