import { Body, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { Endings } from '../oauth/index.js';
import { UsersService } from '../users/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { EndRequest, TakesReason } from './end.request.js';
import { EndedResponse } from './ended.response.js';
import { UuidParam } from './ids.js';
import { given, pageOf } from './paging.js';
import { RequireAdminScope } from './require-admin-scope.js';
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
  async list(@Query() { q, active, cursor, limit }: UsersRequest): Promise<UserPage> {
    return pageOf(await this.users.list({ ...given({ q, active, cursor }), limit }), UserResponse.of);
  }

  @Get(':id')
  @RequireAdminScope('admin:users:read')
  @ApiOperation({ summary: 'One person' })
  @ApiOkResponse({ type: UserResponse })
  async show(@Param('id', UuidParam) id: string): Promise<UserResponse> {
    return UserResponse.of(found(await this.users.find(id)));
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
    return EndedResponse.of(found(await this.endings.user(id, by(operator, body, query), { disable: true })));
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
