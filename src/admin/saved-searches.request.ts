import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsDefined, IsInt, IsObject, Max, Min, ValidateNested } from 'class-validator';
import { AuditFiltersRequest } from './audit-filters.request.js';
import { Clearable, Omittable, OptionalText, Text } from './fields.js';

const SHARED = 'Whether everybody who may read the trail sees it';

export class SearchAlertRequest {
  @IsInt()
  @Min(1)
  @Max(100_000)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 100_000, description: 'So many events' })
  threshold!: number;

  @IsInt()
  @Min(1)
  @Max(1_440)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 1_440, description: 'Within so many minutes' })
  window_minutes!: number;
}

const OptionalAlert = (): PropertyDecorator =>
  applyDecorators(
    Clearable(),
    IsObject(),
    ValidateNested(),
    Type(() => SearchAlertRequest),
    ApiPropertyOptional({
      type: SearchAlertRequest,
      nullable: true,
      description: 'When it finds so many, `audit.alert.raised` is an event of its own, once in each window',
    }),
  );

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

  @OptionalAlert() alert?: SearchAlertRequest | null;
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
  @OptionalAlert() alert?: SearchAlertRequest | null;
}
