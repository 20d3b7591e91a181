import { Body, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsInt, Max, Min } from 'class-validator';
import {
  AuditAggregates,
  AuditLog,
  BUCKETS,
  GROUPINGS,
  type AggregateGroup,
  type Grouping,
  type Json,
} from '../audit/index.js';
import { AdminController } from './admin-controller.js';
import { AuditFiltersRequest, filtersOf } from './audit-filters.request.js';
import { Moment, Omittable, OptionalChoice } from './fields.js';
import { given } from './paging.js';
import { OnlyReads } from './repeat-safety.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { COUNT, TIME } from './response-fields.js';

const GROUPS = Object.keys(GROUPINGS) as Grouping[];
const MILLISECONDS = { type: Number, description: 'Milliseconds, of the events that say how long they took' };

export class AggregateRequest extends OmitType(AuditFiltersRequest, ['q', 'since']) {
  @Moment('Not before this moment') since!: string;

  @OptionalChoice('Count in steps of this length', Object.keys(BUCKETS)) bucket?: keyof typeof BUCKETS;

  @Omittable()
  @IsArray()
  @ArrayMaxSize(3)
  @ArrayUnique()
  @IsIn(GROUPS, { each: true })
  @ApiPropertyOptional({ enum: GROUPS, isArray: true, maxItems: 3, description: 'Count by these' })
  group_by?: Grouping[];

  @Omittable()
  @IsInt()
  @Min(1)
  @Max(1_000)
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 1_000,
    default: 100,
    description: 'How many groups',
  })
  limit?: number;
}

class AggregateGroupResponse {
  @ApiPropertyOptional({ ...TIME, description: 'When its step begins' }) bucket?: string;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'By name of `group_by`' })
  key!: Readonly<Record<string, string | null>>;
  @ApiProperty(COUNT) count!: number;
  @ApiPropertyOptional(MILLISECONDS) p50_ms?: number;
  @ApiPropertyOptional(MILLISECONDS) p95_ms?: number;
  @ApiPropertyOptional(MILLISECONDS) p99_ms?: number;
}

class AggregateResponse {
  @ApiProperty({ type: AggregateGroupResponse, isArray: true }) groups!: AggregateGroupResponse[];
  @ApiProperty({ ...COUNT, description: 'How many events were counted: the newest, up to half a million' })
  considered!: number;
  @ApiProperty({ description: 'Neither older events nor smaller groups were left out' }) complete!: boolean;
}

/** A POST because of its body; nothing is changed by it. */
@AdminController('audit/aggregate')
export class AuditAggregateController {
  constructor(
    private readonly aggregates: AuditAggregates,
    private readonly audit: AuditLog,
  ) {}

  @Post()
  @HttpCode(200)
  @OnlyReads()
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'Count events, and how long they took, by group and time' })
  @ApiOkResponse({ type: AggregateResponse })
  async aggregate(@Body() request: AggregateRequest): Promise<AggregateResponse> {
    const { bucket, group_by: groupBy = [], limit = 100 } = request;
    const filters = filtersOf(request);
    const { groups, ...rest } = await this.aggregates.of({ filters, groupBy, limit, ...given({ bucket }) });
    const asked = given({ ...request }) as Record<string, Json>;
    await this.audit.decide({
      type: 'audit.searched',
      details: { filters: asked, returned: groups.length, view: 'aggregate' },
    });
    return { groups: groups.map(asAnswered), ...rest };
  }
}

const asAnswered = ({ bucket, key, count, p50, p95, p99 }: AggregateGroup): AggregateGroupResponse => ({
  key,
  count,
  ...given({ bucket: bucket?.toISOString(), p50_ms: p50, p95_ms: p95, p99_ms: p99 }),
});
