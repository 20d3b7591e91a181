import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Client } from '../clients/client.entity.js';
import type { StoredRequest } from './pushed-requests.js';

/** An authorization request that a client left here (RFC 9126), until it is answered or expires. */
@Entity('pushed_requests')
@Index('pushed_requests_client_id_idx', ['clientId'])
@Index('pushed_requests_expires_at_idx', ['expiresAt'])
export class PushedRequest {
  /** Of the `request_uri`. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'pushed_requests_pkey' }) digest!: Buffer;
  @Column('text', { name: 'client_id' }) clientId!: string;
  @ManyToOne(() => Client, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'client_id', foreignKeyConstraintName: 'pushed_requests_client_id_fkey' })
  client?: Relation<Client>;
  /** The parameters as they came, without those that authenticated the client. */
  @Column('jsonb') params!: StoredRequest;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  /** Until then a browser must have brought it; from then on, until when the person may take. */
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'opened_at', nullable: true }) openedAt!: Date | null;
  /** Digest of the secret of the browser that brought it first: no other may go on with it. */
  @Column('bytea', { nullable: true }) browser!: Buffer | null;
}
