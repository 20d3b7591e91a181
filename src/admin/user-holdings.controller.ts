import { Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AccessTokens, GrantsService } from '../oauth/index.js';
import { SessionList } from '../sessions/index.js';
import { UsersService } from '../users/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { GrantPage, GrantResponse } from './grants.response.js';
import { UuidParam } from './ids.js';
import { given, paged, pageOf } from './paging.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { SessionPage, SessionResponse } from './sessions.response.js';
import { TokenPage, TokenResponse } from './tokens.response.js';
import { ActivePageRequest } from './users.request.js';

/** What one person has going on. */
@AdminController('users')
export class UserHoldingsController {
  constructor(
    private readonly users: UsersService,
    private readonly userGrants: GrantsService,
    private readonly userSessions: SessionList,
    private readonly userTokens: AccessTokens,
  ) {}

  @Get(':id/grants')
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'What a person allowed, newest first' })
  @ApiOkResponse({ type: GrantPage })
  async grants(@Param('id', UuidParam) id: string, @Query() request: ActivePageRequest): Promise<GrantPage> {
    found(await this.users.find(id));
    const query = { userId: id, ...given({ active: request.active }), ...paged(request) };
    return pageOf(await this.userGrants.list(query), GrantResponse.of);
  }

  @Get(':id/tokens')
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'Access tokens that were issued for a person, newest first; metadata only' })
  @ApiOkResponse({ type: TokenPage })
  async tokens(@Param('id', UuidParam) id: string, @Query() request: ActivePageRequest): Promise<TokenPage> {
    found(await this.users.find(id));
    const query = { userId: id, ...given({ active: request.active }), ...paged(request) };
    return pageOf(await this.userTokens.list(query), TokenResponse.of);
  }

  @Get(':id/sessions')
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'Where a person is signed in, newest first' })
  @ApiOkResponse({ type: SessionPage })
  async sessions(
    @Param('id', UuidParam) id: string,
    @Query() request: ActivePageRequest,
  ): Promise<SessionPage> {
    found(await this.users.find(id));
    const query = { userId: id, ...given({ active: request.active }), ...paged(request) };
    return pageOf(await this.userSessions.list(query), SessionResponse.of);
  }
}
