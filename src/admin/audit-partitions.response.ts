import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { RETENTION_CLASSES, type ListedPartition } from '../audit/index.js';
import { COUNT, TEXT, TIME } from './response-fields.js';

const STATES = ['live', 'default', 'detached', 'archived', 'dropped'];

class ArchiveFileResponse {
  @ApiProperty({ ...TEXT, description: 'Name of the file in the folder of archives' }) name!: string;
  @ApiProperty(COUNT) bytes!: number;
  @ApiProperty({ ...TEXT, description: 'SHA-256 of the file, in hexadecimal' }) sha256!: string;
}

/** A part of the trail. */
export class AuditPartitionResponse {
  @ApiProperty({ ...TEXT, description: 'Of the table' }) name!: string;
  @ApiProperty({ enum: [...RETENTION_CLASSES, 'other'] }) retention!: string;
  @ApiProperty({
    enum: STATES,
    description:
      '`default` takes the events that no month takes; `detached` is out of the trail, `archived` is in a signed file too, `dropped` is in that file only',
  })
  state!: string;
  @ApiPropertyOptional({ ...TIME, description: 'Events from this moment on' }) from?: Date | undefined;
  @ApiPropertyOptional({ ...TIME, description: 'Exclusive' }) to?: Date | undefined;
  @ApiPropertyOptional({ ...COUNT, description: 'An estimate of the database while it is live' })
  events?: number | undefined;
  @ApiPropertyOptional({ ...COUNT, description: 'Of the table with its indexes' }) bytes?: number | undefined;
  @ApiPropertyOptional({ ...TIME, description: 'When its time is over' }) detach_due?: Date | undefined;
  @ApiPropertyOptional(TIME) detached_at?: Date | undefined;
  @ApiPropertyOptional(TIME) archived_at?: Date | undefined;
  @ApiPropertyOptional({ ...TIME, description: 'Absent under a legal hold' }) drop_due?: Date | undefined;
  @ApiPropertyOptional(TIME) dropped_at?: Date | undefined;
  @ApiPropertyOptional({ type: ArchiveFileResponse }) archive?: ArchiveFileResponse | undefined;
  @ApiPropertyOptional({ ...TEXT, description: 'Why it goes no further' }) problem?: string | undefined;

  static of(one: ListedPartition): AuditPartitionResponse {
    const { name, retention, state, from, to, events, bytes, archive, problem } = one;
    return {
      name,
      retention,
      state,
      from,
      to,
      events,
      bytes,
      detach_due: one.detachDue,
      detached_at: one.detachedAt,
      archived_at: one.archivedAt,
      drop_due: one.dropDue,
      dropped_at: one.droppedAt,
      archive,
      problem,
    };
  }
}

export class AuditPartitionsResponse {
  @ApiProperty({ type: AuditPartitionResponse, isArray: true }) items!: AuditPartitionResponse[];
}
