import { Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AuditLog, AuditTrail, type AuditEventBody, type AuditQuery, type Json } from '../audit/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AuditEventsRequest } from './audit-events.request.js';
import { AuditEventPage, AuditEventResponse } from './audit-events.response.js';
import { filtersOf } from './audit-filters.request.js';
import { UuidParam } from './ids.js';
import { given, paged, pageOf } from './paging.js';
import { RequireAdminScope } from './require-admin-scope.js';

/** Reads the trail. Nothing here changes it, and reading it leaves an event in it. */
@AdminController('audit/events')
export class AuditEventsController {
  constructor(
    private readonly trail: AuditTrail,
    private readonly audit: AuditLog,
  ) {}

  @Get()
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'Search the audit trail' })
  @ApiOkResponse({ type: AuditEventPage })
  async search(@Query() request: AuditEventsRequest): Promise<AuditEventPage> {
    const page = await this.trail.search(queryOf(request));
    const filters = given({ ...request }) as Record<string, Json>;
    await this.audit.decide({ type: 'audit.searched', details: { filters, returned: page.items.length } });
    return pageOf(page, asAnswered);
  }

  @Get(':id')
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'One audit event; the decision id of a refusal is the id of its event' })
  @ApiOkResponse({ type: AuditEventResponse })
  async show(@Param('id', UuidParam) id: string): Promise<AuditEventResponse> {
    const event = found(await this.trail.find(id));
    await this.audit.decide({ type: 'audit.searched', details: { event_id: id, returned: 1 } });
    return asAnswered(event);
  }
}

const asAnswered = (event: AuditEventBody): AuditEventResponse => event;

const queryOf = (request: AuditEventsRequest): AuditQuery => ({
  ...filtersOf(request),
  ...paged(request),
  order: request.sort === 'time' ? 'asc' : 'desc',
});
