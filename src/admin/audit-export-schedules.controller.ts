import { Body, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ExportSchedules, ScheduleNameTaken, type AuditFilters } from '../audit/index.js';
import { AdminController } from './admin-controller.js';
import { AdminProblem, found, invalidField } from './admin-problem.js';
import { AskedBy, type Operator } from './admin-request.js';
import { ChangedExportScheduleRequest, NewExportScheduleRequest } from './audit-export-schedules.request.js';
import { AuditExportSchedulePage, AuditExportScheduleResponse } from './audit-export-schedules.response.js';
import { filtersOf, type AuditFiltersRequest } from './audit-filters.request.js';
import { UuidParam } from './ids.js';
import { given, paged, pageOf, PageRequest } from './paging.js';
import { RequireRecentSignIn } from './recent-sign-in.js';
import { RequireAdminScope } from './require-admin-scope.js';

@AdminController('audit/export-schedules')
export class AuditExportSchedulesController {
  constructor(private readonly schedules: ExportSchedules) {}

  @Get()
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'Exports that are made by themselves' })
  @ApiOkResponse({ type: AuditExportSchedulePage })
  async list(@Query() request: PageRequest): Promise<AuditExportSchedulePage> {
    const page = await this.schedules.list(paged(request));
    return pageOf(page, (schedule) => AuditExportScheduleResponse.of(schedule));
  }

  @Get(':id')
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'One schedule; what it made is `GET /audit/exports?schedule_id=`' })
  @ApiOkResponse({ type: AuditExportScheduleResponse })
  async show(@Param('id', UuidParam) id: string): Promise<AuditExportScheduleResponse> {
    return AuditExportScheduleResponse.of(found(await this.schedules.find(id)));
  }

  @Post()
  @RequireRecentSignIn()
  @RequireAdminScope('admin:audit')
  @ApiOperation({ summary: 'Export every hour, day, week or month when it is over' })
  @ApiCreatedResponse({ type: AuditExportScheduleResponse })
  async create(
    @Body() { name, format, period, filters, state = 'active' }: NewExportScheduleRequest,
    @AskedBy() { actor }: Operator,
  ): Promise<AuditExportScheduleResponse> {
    const wanted = { name, format, period, state, filters: timeless(filters) ?? {} };
    return AuditExportScheduleResponse.of(await named(this.schedules.create(actor, wanted)));
  }

  @Patch(':id')
  @RequireRecentSignIn()
  @RequireAdminScope('admin:audit')
  @ApiOperation({ summary: 'Change a schedule, pause it or let it go on' })
  @ApiOkResponse({ type: AuditExportScheduleResponse })
  async change(
    @Param('id', UuidParam) id: string,
    @Body() { filters, ...rest }: ChangedExportScheduleRequest,
    @AskedBy() { actor }: Operator,
  ): Promise<AuditExportScheduleResponse> {
    const { name, format, period, state } = rest;
    const wanted = given({ name, format, period, state, filters: timeless(filters) });
    return AuditExportScheduleResponse.of(found(await named(this.schedules.change(id, actor, wanted))));
  }

  @Delete(':id')
  @RequireAdminScope('admin:audit')
  @ApiOperation({ summary: 'Make no more of them; what was made stays' })
  @ApiOkResponse({ type: AuditExportScheduleResponse })
  async remove(
    @Param('id', UuidParam) id: string,
    @AskedBy() { actor }: Operator,
  ): Promise<AuditExportScheduleResponse> {
    return AuditExportScheduleResponse.of(found(await this.schedules.remove(id, actor)));
  }
}

/** @throws AdminProblem when they say which time, which the period says */
function timeless(request: AuditFiltersRequest | undefined): AuditFilters | undefined {
  const filters = request && filtersOf(request);
  for (const name of ['since', 'until'] as const)
    if (filters?.[name] !== undefined)
      throw invalidField(`filters.${name}`, 'is what the period says; leave it out');
  return filters;
}

async function named<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ScheduleNameTaken)) throw error;
    throw new AdminProblem('conflict', { detail: 'Another schedule has the name', reason: 'name_taken' });
  }
}
