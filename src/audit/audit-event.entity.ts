import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AuditEventBody } from './audit-row.js';
import type { RetentionClass } from './event-types.js';

/**
 * One audit event. Rows are only ever inserted; a trigger refuses everything else. The table is in parts: a list of
 * retention classes, and of each the months.
 */
@Entity('audit_events')
@Index('audit_events_arrival_idx', ['arrival'])
@Index('audit_events_type_idx', ['type', 'eventId'])
@Index('audit_events_user_id_idx', ['userId', 'eventId'])
@Index('audit_events_client_id_idx', ['clientId', 'eventId'])
@Index('audit_events_grant_id_idx', ['grantId', 'eventId'])
@Index('audit_events_correlation_id_idx', ['correlationId', 'eventId'])
@Index('audit_events_actor_id_idx', ['actorId', 'eventId'])
@Index('audit_events_session_id_idx', ['sessionId', 'eventId'], { where: 'session_id IS NOT NULL' })
@Index('audit_events_tool_idx', ['tool', 'eventId'], { where: 'tool IS NOT NULL' })
@Index('audit_events_args_hmac_idx', ['argsHmac', 'eventId'], { where: 'args_hmac IS NOT NULL' })
@Index('audit_events_jti_idx', ['jti', 'eventId'], { where: 'jti IS NOT NULL' })
@Index('audit_events_refused_idx', ['result', 'eventId'], { where: "result <> 'allowed'" })
@Index('audit_events_severity_idx', ['severity', 'eventId'], { where: "severity <> 'info'" })
export class AuditEvent {
  /** UUIDv7: order, partition and cursor at once. */
  @PrimaryColumn('uuid', { name: 'event_id', primaryKeyConstraintName: 'audit_events_pkey' })
  eventId!: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'audit_events_pkey', default: 'security' })
  retention!: RetentionClass;
  @Column('text') type!: string;
  @Column('integer', { name: 'schema_version' }) schemaVersion!: number;
  @Column('timestamptz') time!: Date;
  @Column('text') severity!: string;
  @Column('text') result!: string;
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('text', { name: 'actor_type' }) actorType!: string;
  @Column('text', { name: 'actor_id', nullable: true }) actorId!: string | null;
  @Column('text', { name: 'user_id', nullable: true }) userId!: string | null;
  @Column('text', { name: 'client_id', nullable: true }) clientId!: string | null;
  @Column('text', { name: 'grant_id', nullable: true }) grantId!: string | null;
  @Column('text', { name: 'session_id', nullable: true }) sessionId!: string | null;
  @Column('text', { nullable: true }) tool!: string | null;
  @Column('text', { name: 'args_hmac', nullable: true }) argsHmac!: string | null;
  @Column('text', { nullable: true }) jti!: string | null;
  @Column('text', { nullable: true }) ip!: string | null;
  @Column('text', { name: 'user_agent', nullable: true }) userAgent!: string | null;
  @Column('text', { name: 'request_id', nullable: true }) requestId!: string | null;
  @Column('text', { name: 'correlation_id', nullable: true }) correlationId!: string | null;
  @Column('jsonb') body!: AuditEventBody;
  /** In the order of insertion, with gaps; it may become visible late. The sealer finds by it what is not sealed. */
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'BY DEFAULT' }) arrival!: string;
  /** Shows that this server wrote the event; absent on those of before there were marks. */
  @Column('text', { nullable: true }) mac!: string | null;
}
