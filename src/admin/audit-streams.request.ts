import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsObject, IsString, Length, Max, Min, ValidateNested } from 'class-validator';
import { STREAM_FORMATS, STREAM_KINDS, type StreamKind } from '../audit/index.js';
import { AuditFiltersRequest } from './audit-filters.request.js';
import { Omittable, OptionalChoice, OptionalMoment, OptionalText, Text } from './fields.js';

const FORMATS = STREAM_FORMATS.map(({ name }) => name);
const MAX_PEM = 20_000;

export class StreamSettingsRequest {
  @OptionalText('Of `http` and `otlp`: where to POST', 2_000) url?: string;
  @OptionalText('Of `syslog`', 255) host?: string;

  @Omittable()
  @IsInt()
  @Min(1)
  @Max(65_535)
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 65_535,
    description: 'Of `syslog`, such as 6514',
  })
  port?: number;

  @Omittable()
  @IsString()
  @Length(1, MAX_PEM)
  @ApiPropertyOptional({
    type: String,
    maxLength: MAX_PEM,
    description: 'Of `syslog`: PEM of who vouches for it',
  })
  ca?: string;
}

export class ChangedStreamRequest {
  @OptionalText('What it is called', 100) name?: string;
  @OptionalChoice('How an event is written', FORMATS) format?: string;

  @Omittable()
  @IsObject()
  @ValidateNested()
  @Type(() => AuditFiltersRequest)
  @ApiPropertyOptional({ type: AuditFiltersRequest, description: 'Which events; without them all' })
  filters?: AuditFiltersRequest;

  @Omittable()
  @IsObject()
  @ValidateNested()
  @Type(() => StreamSettingsRequest)
  @ApiPropertyOptional({ type: StreamSettingsRequest, description: 'In place of those before' })
  settings?: StreamSettingsRequest;

  @OptionalText('Of `http` the HMAC key, of `otlp` a bearer token; never answered again', 500)
  secret?: string;

  @Omittable()
  @IsInt()
  @Min(2)
  @Max(50)
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 2,
    maximum: 50,
    default: 12,
    description: 'Then it is a dead letter',
  })
  max_attempts?: number;
}

export class NewStreamRequest extends OmitType(ChangedStreamRequest, ['name']) {
  @Text('What it is called', 100) name!: string;

  @IsIn(STREAM_KINDS) @ApiProperty({ enum: STREAM_KINDS }) kind!: StreamKind;
}

export class ReplayRequest {
  @OptionalMoment('Everything from this moment on is sent once more; must be given') from?: string;
}
