import { Get, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Response } from 'express';
import { AuditLog, type Json } from '../audit/index.js';
import { AdminController } from './admin-controller.js';
import { AdminProblem, invalidField } from './admin-problem.js';
import type { AdminRequest } from './admin-request.js';
import { AuditFiltersRequest, filtersOf } from './audit-filters.request.js';
import { AuditTail } from './audit-tail.js';
import { LiveStreams } from './live-streams.js';
import { given } from './paging.js';
import { RequireAdminScope } from './require-admin-scope.js';

@AdminController('audit/tail')
export class AuditTailController {
  constructor(
    private readonly tail: AuditTail,
    private readonly streams: LiveStreams,
    private readonly audit: AuditLog,
  ) {}

  @Get()
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'Read along: server-sent events, each an audit event, until the token ends' })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Go on from there; without it from now on',
  })
  @ApiOkResponse({ description: 'Events', content: { 'text/event-stream': { schema: { type: 'string' } } } })
  async follow(
    @Query() request: AuditFiltersRequest,
    @Req() req: AdminRequest,
    @Res() res: Response,
  ): Promise<void> {
    if (!req.token) throw new Error('The admin guard has not run');
    const filters = filtersOf(request);
    const from = placeOf(req.headers['last-event-id']) ?? (await this.tail.end());
    if (!/text\/event-stream/i.test(req.headers.accept ?? '')) throw notAcceptable();
    const asked = given({ ...request }) as Record<string, Json>;
    await this.audit.decide({ type: 'audit.searched', details: { filters: asked, view: 'tail', from } });
    const stream = await this.streams.open(req.token, res);
    void this.tail.run(stream, filters, from);
  }
}

function placeOf(id: string | string[] | undefined): number | undefined {
  if (id === undefined) return undefined;
  if (typeof id !== 'string' || !/^\d{1,15}$/.test(id))
    throw invalidField('Last-Event-ID', 'is not an id of this stream');
  return Number(id);
}

const notAcceptable = (): AdminProblem =>
  new AdminProblem('invalid_request', {
    detail: 'Accept must allow text/event-stream',
    reason: 'not_acceptable',
  });
