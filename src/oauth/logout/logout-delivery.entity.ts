import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Client } from '../clients/client.entity.js';

/**
 * That a client has yet to be told that somebody is signed out (OpenID Connect Back-Channel Logout 1.0). It is gone
 * when the client was told or was given up. Person and session are named without a foreign key: their end is the news.
 */
@Entity('logout_deliveries')
@Index('logout_deliveries_client_id_idx', ['clientId'])
@Index('logout_deliveries_next_attempt_at_idx', ['nextAttemptAt'])
export class LogoutDelivery {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'logout_deliveries_pkey' }) id!: string;
  @Column('text', { name: 'client_id' }) clientId!: string;
  @ManyToOne(() => Client, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'client_id', foreignKeyConstraintName: 'logout_deliveries_client_id_fkey' })
  client?: Relation<Client>;
  @Column('uuid', { name: 'user_id' }) userId!: string;
  @Column('uuid', { name: 'session_id' }) sessionId!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('integer') attempts!: number;
  @Column('timestamptz', { name: 'next_attempt_at' }) nextAttemptAt!: Date;
}
