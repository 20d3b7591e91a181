import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsObject, IsString, Matches, ValidateNested } from 'class-validator';
import { EXPORT_FORMATS, PERIODS, type Period } from '../audit/index.js';
import { AuditFiltersRequest } from './audit-filters.request.js';
import { Omittable, OptionalChoice } from './fields.js';

const FORMATS = EXPORT_FORMATS.map(({ name }) => name);
const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const ABOUT_NAME = {
  type: String,
  pattern: NAME.source,
  description: 'Part of the names of files; unique',
} as const;

const isName = () =>
  Matches(NAME, {
    message: '$property must be up to 63 small letters, digits, "-" and "_", and begin with no sign',
  });

export class ChangedExportScheduleRequest {
  @Omittable() @IsString() @isName() @ApiPropertyOptional(ABOUT_NAME) name?: string;
  @OptionalChoice('How events are written', FORMATS) format?: string;
  @OptionalChoice('An export is made of each, when it is over (UTC)', PERIODS) period?: Period;
  @OptionalChoice('A paused one makes up for all periods when it goes on', ['active', 'paused'])
  state?: 'active' | 'paused';

  @Omittable()
  @IsObject()
  @ValidateNested()
  @Type(() => AuditFiltersRequest)
  @ApiPropertyOptional({
    type: AuditFiltersRequest,
    description: 'Which events, without `since` and `until`; without filters all',
  })
  filters?: AuditFiltersRequest;
}

export class NewExportScheduleRequest extends OmitType(ChangedExportScheduleRequest, [
  'name',
  'format',
  'period',
]) {
  @IsString() @isName() @ApiProperty(ABOUT_NAME) name!: string;
  @IsIn(FORMATS) @ApiProperty({ enum: FORMATS }) format!: string;
  @IsIn(PERIODS)
  @ApiProperty({ enum: [...PERIODS], description: 'An export is made of each, when it is over (UTC)' })
  period!: Period;
}
