import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique, type Relation } from 'typeorm';
import { Client } from '../clients/client.entity.js';
import { Grant } from '../grants/grant.entity.js';

/**
 * A device that waits for a person to say yes or no at another screen (RFC 8628). Kept after its use, so that a replay
 * is recognised.
 */
@Entity('device_codes')
@Unique('device_codes_user_code_mac_key', ['userCodeMac'])
@Index('device_codes_client_id_idx', ['clientId'])
@Index('device_codes_grant_id_idx', ['grantId'])
@Index('device_codes_expires_at_idx', ['expiresAt'])
export class DeviceCode {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'device_codes_pkey' }) digest!: Buffer;
  /** Of the code that people type, which is too short for a digest without a key; `null` once they decided. */
  @Column('bytea', { name: 'user_code_mac', nullable: true }) userCodeMac!: Buffer | null;
  @Column('text', { name: 'client_id' }) clientId!: string;
  @ManyToOne(() => Client, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'client_id', foreignKeyConstraintName: 'device_codes_client_id_fkey' })
  client?: Relation<Client>;
  @Column('text') resource!: string;
  @Column('text', { array: true }) scopes!: string[];
  /** Seconds between two polls; each one that comes too soon adds to it. */
  @Column('integer', { name: 'interval_seconds' }) intervalSeconds!: number;
  @Column('timestamptz', { name: 'last_polled_at', nullable: true }) lastPolledAt!: Date | null;
  /** Where the device asked from. */
  @Column('text', { nullable: true }) ip!: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'decided_at', nullable: true }) decidedAt!: Date | null;
  /** What the person allowed; decided without it means denied. */
  @Column('uuid', { name: 'grant_id', nullable: true }) grantId!: string | null;
  @ManyToOne(() => Grant, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'grant_id', foreignKeyConstraintName: 'device_codes_grant_id_fkey' })
  grant?: Relation<Grant>;
  @Column('timestamptz', { name: 'used_at', nullable: true }) usedAt!: Date | null;
}
