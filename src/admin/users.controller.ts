import { Body, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Response } from 'express';
import { Endings } from '../oauth/index.js';
import { UsersService } from '../users/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { momentOf } from './fields.js';
import { EndRequest, TakesReason } from './end.request.js';
import { EndedResponse } from './ended.response.js';
import { groupProblems } from './group-problem.js';
import { UuidParam } from './ids.js';
import { given, paged, pageOf } from './paging.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { userEtagOf } from './user-etag.js';
import { UsersRequest } from './users.request.js';
import { UserPage, UserResponse } from './users.response.js';

@AdminController('users')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly endings: Endings,
  ) {}

  @Get()
  @RequireAdminScope('admin:users:read')
  @ApiOperation({ summary: 'People, newest first' })
  @ApiOkResponse({ type: UserPage })
  async list(@Query() request: UsersRequest): Promise<UserPage> {
    const { q, email, idp, active, last_seen_after: seen } = request;
    const filter = given({ q, email, idp, active, lastSeenAfter: momentOf(seen) });
    return pageOf(await this.users.list({ ...filter, ...paged(request) }), UserResponse.of);
  }

  @Get(':id')
  @RequireAdminScope('admin:users:read')
  @ApiOperation({ summary: 'One person' })
  @ApiOkResponse({ type: UserResponse })
  async show(
    @Param('id', UuidParam) id: string,
    @Res({ passthrough: true }) res: Response,
  ): Promise<UserResponse> {
    const user = found(await this.users.find(id));
    res.setHeader('ETag', userEtagOf(user));
    return UserResponse.of(user);
  }

  @Post(':id/disable')
  @HttpCode(200)
  @RequireAdminScope('admin:users')
  @ApiOperation({ summary: 'Keep a person out: no sign-in, and every session and grant of theirs ends' })
  @ApiOkResponse({ type: EndedResponse })
  @TakesReason()
  async disable(
    @Param('id', UuidParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<EndedResponse> {
    const ending = this.endings.user(id, by(operator, body, query), { disable: true });
    return EndedResponse.of(found(await groupProblems(ending)));
  }

  @Post(':id/enable')
  @HttpCode(200)
  @RequireAdminScope('admin:users')
  @ApiOperation({ summary: 'Let a disabled person sign in again; what was ended stays ended' })
  @ApiOkResponse({ type: UserResponse })
  @TakesReason()
  async enable(
    @Param('id', UuidParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<UserResponse> {
    found(await this.endings.enableUser(id, by(operator, body, query)));
    return UserResponse.of(found(await this.users.find(id)));
  }

  @Delete(':id/sessions')
  @RequireAdminScope('admin:grants')
  @ApiOperation({ summary: 'Sign a person out everywhere, and end everything they allowed' })
  @ApiOkResponse({ type: EndedResponse })
  @TakesReason()
  async endSessions(
    @Param('id', UuidParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<EndedResponse> {
    return EndedResponse.of(
      found(await this.endings.user(id, by(operator, body, query), { disable: false })),
    );
  }
}
