import { Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AuditLog, AuditTrail, type AuditEventBody, type AuditQuery, type Json } from '../audit/index.js';
import { AdminController } from './admin-controller.js';
import { found, invalidField } from './admin-problem.js';
import { AuditEventsRequest } from './audit-events.request.js';
import { AuditEventPage, AuditEventResponse } from './audit-events.response.js';
import { UuidParam } from './ids.js';
import { given, pageOf } from './paging.js';
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

function queryOf(request: AuditEventsRequest): AuditQuery {
  return {
    ...given({
      type: request.type,
      typePrefix: request.type_prefix,
      outcome: request.outcome,
      actorId: request.actor,
      userId: request.user_id,
      clientId: oneOf(request, 'client_id', 'client'),
      grantId: oneOf(request, 'grant_id', 'grant'),
      sessionId: request.session_id,
      tool: request.tool,
      jti: request.jti,
      ip: request.ip,
      correlationId: request.correlation_id,
      since: request.since === undefined ? undefined : new Date(request.since),
      until: request.until === undefined ? undefined : new Date(request.until),
      cursor: request.cursor,
    }),
    order: request.sort === 'time' ? 'asc' : 'desc',
    limit: request.limit,
  };
}

/** Two names of one filter must not say different things. */
function oneOf(
  request: AuditEventsRequest,
  name: 'client_id' | 'grant_id',
  alias: 'client' | 'grant',
): string | undefined {
  const [value, other] = [request[name], request[alias]];
  if (value !== undefined && other !== undefined && value !== other)
    throw invalidField(alias, `contradicts ${name}`);
  return value ?? other;
}
