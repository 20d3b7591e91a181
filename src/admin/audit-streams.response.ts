import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { AuditFilters, AuditStreamView, Lag, StreamSettings } from '../audit/index.js';
import { given, PageOf } from './paging.js';
import { COUNT, ID, TEXT, TIME } from './response-fields.js';

const open = { type: 'object', additionalProperties: true } as const;

export class LagResponse {
  @ApiProperty(COUNT) events!: number;
  @ApiProperty(COUNT) seconds!: number;
}

export class AuditStreamResponse {
  @ApiProperty(ID) id!: string;
  @ApiProperty(TEXT) name!: string;
  @ApiProperty({ enum: ['http', 'syslog', 'otlp'] }) kind!: string;
  @ApiProperty(TEXT) format!: string;
  @ApiProperty(open) filters!: AuditFilters;
  @ApiProperty(open) settings!: StreamSettings;
  @ApiProperty({ type: Boolean }) has_secret!: boolean;
  @ApiProperty({ enum: ['active', 'paused'] }) state!: string;
  @ApiProperty({ ...COUNT, description: 'The place in the trail it goes on from' }) position!: number;
  @ApiProperty({ ...COUNT, description: 'How often the next event was tried in vain' }) attempts!: number;
  @ApiProperty(COUNT) max_attempts!: number;
  @ApiProperty(TIME) next_attempt_at!: string;
  @ApiProperty(COUNT) delivered!: number;
  @ApiPropertyOptional(TIME) delivered_at?: string;
  @ApiPropertyOptional({ ...TEXT, description: 'Why the last delivery failed' }) problem?: string;
  @ApiPropertyOptional({ type: LagResponse, description: 'How far behind it is' }) lag?: LagResponse;
  @ApiPropertyOptional({ ...TEXT, description: 'Answered once' }) secret?: string;
  @ApiProperty(TIME) created_at!: string;
  @ApiProperty(TIME) updated_at!: string;

  static of(stream: AuditStreamView, more: { lag?: Lag; secret?: string } = {}): AuditStreamResponse {
    return {
      id: stream.id,
      name: stream.name,
      kind: stream.kind,
      format: stream.format,
      filters: stream.filters,
      settings: stream.settings,
      has_secret: stream.hasSecret,
      state: stream.state,
      position: Number(stream.position),
      attempts: stream.attempts,
      max_attempts: stream.maxAttempts,
      next_attempt_at: stream.nextAttemptAt.toISOString(),
      delivered: Number(stream.delivered),
      ...given({ delivered_at: stream.deliveredAt?.toISOString(), problem: stream.problem ?? undefined }),
      ...more,
      created_at: stream.createdAt.toISOString(),
      updated_at: stream.updatedAt.toISOString(),
    };
  }
}

export class AuditStreamPage extends PageOf(AuditStreamResponse) {}

export class DeadLetterResponse {
  @ApiProperty(ID) id!: string;
  @ApiProperty(COUNT) seq!: number;
  @ApiProperty(ID) event_id!: string;
  @ApiProperty(TEXT) type!: string;
  @ApiProperty(COUNT) attempts!: number;
  @ApiProperty(TEXT) problem!: string;
  @ApiProperty(TIME) died_at!: string;
}

export class DeadLetterPage extends PageOf(DeadLetterResponse) {}

export class TrialResponse {
  @ApiProperty({ type: Boolean }) ok!: boolean;
  @ApiPropertyOptional(TEXT) problem?: string;
  @ApiProperty(COUNT) ms!: number;
}
