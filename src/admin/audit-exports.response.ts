import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { AuditExportView, AuditFilters } from '../audit/index.js';
import { given, PageOf } from './paging.js';
import { COUNT, ID, TEXT, TIME } from './response-fields.js';

export class AuditExportResponse {
  @ApiProperty(ID) id!: string;
  @ApiProperty({ enum: ['pending', 'running', 'ready', 'failed'] }) state!: string;
  @ApiProperty(TEXT) format!: string;
  @ApiProperty({ type: 'object', additionalProperties: true }) filters!: AuditFilters;
  @ApiProperty(TEXT) created_by!: string;
  @ApiProperty(TIME) created_at!: string;
  @ApiPropertyOptional(TIME) finished_at?: string;
  @ApiPropertyOptional(COUNT) events?: number;
  @ApiPropertyOptional(COUNT) bytes?: number;
  @ApiPropertyOptional({ ...TEXT, description: 'Of the file, in hex' }) sha256?: string;
  @ApiPropertyOptional({
    ...TEXT,
    description: 'A JWS that says what the export is, signed by the key of the trail',
  })
  manifest?: string;
  @ApiPropertyOptional(TEXT) problem?: string;
  @ApiPropertyOptional({ ...ID, description: 'The schedule that made it' }) schedule_id?: string;
  @ApiPropertyOptional({ ...TIME, description: 'When it was written to `audit.exportFolder`' })
  written_at?: string;

  static of(row: AuditExportView): AuditExportResponse {
    return {
      id: row.id,
      state: row.state,
      format: row.format,
      filters: row.filters,
      created_by: row.createdBy,
      created_at: row.createdAt.toISOString(),
      ...given({
        finished_at: row.finishedAt?.toISOString(),
        events: row.events === null ? undefined : Number(row.events),
        bytes: row.bytes === null ? undefined : Number(row.bytes),
        sha256: row.digest?.toString('hex'),
        manifest: row.manifest ?? undefined,
        problem: row.problem ?? undefined,
        schedule_id: row.scheduleId ?? undefined,
        written_at: row.writtenAt?.toISOString(),
      }),
    };
  }
}

export class AuditExportPage extends PageOf(AuditExportResponse) {}
