import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsDefined, IsObject, ValidateNested } from 'class-validator';
import { AuditFiltersRequest } from './audit-filters.request.js';
import { Omittable, OptionalText, Text } from './fields.js';

const SHARED = 'Whether everybody who may read the trail sees it';

export class NewSavedSearchRequest {
  @Text('What it is called', 100) name!: string;

  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => AuditFiltersRequest)
  @ApiProperty({ type: AuditFiltersRequest })
  filters!: AuditFiltersRequest;

  @Omittable()
  @IsBoolean()
  @ApiPropertyOptional({ type: Boolean, default: false, description: SHARED })
  shared?: boolean;
}

export class ChangedSavedSearchRequest {
  @OptionalText('What it is called', 100) name?: string;

  @Omittable()
  @IsObject()
  @ValidateNested()
  @Type(() => AuditFiltersRequest)
  @ApiPropertyOptional({ type: AuditFiltersRequest, description: 'In place of those before' })
  filters?: AuditFiltersRequest;

  @Omittable() @IsBoolean() @ApiPropertyOptional({ type: Boolean, description: SHARED }) shared?: boolean;
}
