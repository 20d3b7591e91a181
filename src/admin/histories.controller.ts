import { Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AuditLog, AuditTrail, type AuditQuery, type EventType } from '../audit/index.js';
import { ClientsService } from '../oauth/index.js';
import { UsersService } from '../users/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AuditEventPage } from './audit-events.response.js';
import { ClientIdParam, UuidParam } from './ids.js';
import { given, paged, pageOf, PageRequest, type Page } from './paging.js';
import { RequireAdminScope } from './require-admin-scope.js';

const OF_METADATA = [
  'client.registered',
  'client.changed',
  'client.approved',
  'client.reinstated',
  'client.suspended',
  'client.secret_rotated',
  'client.document.refused',
] as const satisfies readonly EventType[];

/** What the audit trail tells of one thing, newest first. */
@AdminController('', 'histories')
export class HistoriesController {
  constructor(
    private readonly users: UsersService,
    private readonly clients: ClientsService,
    private readonly trail: AuditTrail,
    private readonly audit: AuditLog,
  ) {}

  @Get('users/:id/activity')
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'What a person did, and what was done for them' })
  @ApiOkResponse({ type: AuditEventPage })
  async activity(@Param('id', UuidParam) id: string, @Query() request: PageRequest): Promise<AuditEventPage> {
    found(await this.users.find(id));
    return this.read({ user_id: id, ...paged(request) });
  }

  @Get('clients/:id/metadata-history')
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'What an application was, and who made it so' })
  @ApiOkResponse({ type: AuditEventPage })
  async metadata(
    @Param('id', ClientIdParam) id: string,
    @Query() request: PageRequest,
  ): Promise<AuditEventPage> {
    const [page, client] = [
      await this.read({ client_id: id, type: OF_METADATA, ...paged(request) }),
      await this.clients.find(id),
    ];
    // Of one that was removed the trail still tells.
    if (page.items.length === 0) found(client);
    return page;
  }

  private async read(query: AuditQuery): Promise<Page<AuditEventPage['items'][number]>> {
    const page = await this.trail.search(query);
    const { user_id, client_id } = query;
    await this.audit.decide({
      type: 'audit.searched',
      details: { filters: { ...given({ user_id, client_id }) }, returned: page.items.length },
    });
    return pageOf(page, (event) => event);
  }
}
