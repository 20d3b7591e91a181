import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PERIODS, type AuditFilters, type ExportScheduleView } from '../audit/index.js';
import { given, PageOf } from './paging.js';
import { ID, TEXT, TIME } from './response-fields.js';

export class AuditExportScheduleResponse {
  @ApiProperty(ID) id!: string;
  @ApiProperty(TEXT) name!: string;
  @ApiProperty(TEXT) format!: string;
  @ApiProperty({ enum: [...PERIODS] }) period!: string;
  @ApiProperty({ type: 'object', additionalProperties: true }) filters!: AuditFilters;
  @ApiProperty({ enum: ['active', 'paused'] }) state!: string;
  @ApiProperty({ ...TIME, description: 'Where the next export begins' }) next_from!: string;
  @ApiProperty({ ...TIME, description: 'Where it ends: it is made a minute later' }) next_until!: string;
  @ApiPropertyOptional({ ...TEXT, description: 'Why the last one is not in the folder' }) problem?: string;
  @ApiProperty(TIME) created_at!: string;
  @ApiProperty(TIME) updated_at!: string;

  static of(schedule: ExportScheduleView): AuditExportScheduleResponse {
    const { id, name, format, period, filters, state } = schedule;
    return {
      ...{ id, name, format, period, filters, state },
      next_from: schedule.nextFrom.toISOString(),
      next_until: schedule.nextUntil.toISOString(),
      ...given({ problem: schedule.problem ?? undefined }),
      created_at: schedule.createdAt.toISOString(),
      updated_at: schedule.updatedAt.toISOString(),
    };
  }
}

export class AuditExportSchedulePage extends PageOf(AuditExportScheduleResponse) {}
