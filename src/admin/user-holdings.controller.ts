import { Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { GrantsService } from '../oauth/index.js';
import { SessionList } from '../sessions/index.js';
import { UsersService } from '../users/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { GrantPage, GrantResponse } from './grants.response.js';
import { UuidParam } from './ids.js';
import { given, pageOf } from './paging.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { SessionPage, SessionResponse } from './sessions.response.js';
import { ActivePageRequest } from './users.request.js';

/** What one person has going on. */
@AdminController('users')
export class UserHoldingsController {
  constructor(
    private readonly users: UsersService,
    private readonly userGrants: GrantsService,
    private readonly userSessions: SessionList,
  ) {}

  @Get(':id/grants')
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'What a person allowed, newest first' })
  @ApiOkResponse({ type: GrantPage })
  async grants(
    @Param('id', UuidParam) id: string,
    @Query() { active, cursor, limit }: ActivePageRequest,
  ): Promise<GrantPage> {
    found(await this.users.find(id));
    return pageOf(
      await this.userGrants.list({ userId: id, ...given({ active, cursor }), limit }),
      GrantResponse.of,
    );
  }

  @Get(':id/sessions')
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'Where a person is signed in, newest first' })
  @ApiOkResponse({ type: SessionPage })
  async sessions(
    @Param('id', UuidParam) id: string,
    @Query() { active, cursor, limit }: ActivePageRequest,
  ): Promise<SessionPage> {
    found(await this.users.find(id));
    return pageOf(
      await this.userSessions.list({ userId: id, ...given({ active, cursor }), limit }),
      SessionResponse.of,
    );
  }
}
