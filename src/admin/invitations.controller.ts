import { Body, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiCreatedResponse, ApiOperation } from '@nestjs/swagger';
import type { Response } from 'express';
import { AppConfig } from '../config/index.js';
import { AdminController } from './admin-controller.js';
import { AskedBy, type Operator } from './admin-request.js';
import { UuidParam } from './ids.js';
import { InviteRequest, NewUserRequest } from './invitations.request.js';
import { NewPeople } from './new-people.js';
import { RequireRecentSignIn } from './recent-sign-in.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { ADMIN_BASE } from './urls.js';
import { UserResponse } from './users.response.js';

@AdminController('users')
export class InvitationsController {
  constructor(
    private readonly config: AppConfig,
    private readonly people: NewPeople,
  ) {}

  @Post()
  @RequireRecentSignIn()
  @RequireAdminScope('admin:users')
  @ApiOperation({ summary: 'Make an account, and invite its person by mail to choose how they sign in' })
  @ApiCreatedResponse({ type: UserResponse })
  async create(
    @Body() request: NewUserRequest,
    @AskedBy() operator: Operator,
    @Res({ passthrough: true }) res: Response,
  ): Promise<UserResponse> {
    const account = await this.people.create(request, operator);
    res.setHeader('Location', `${this.config.publicUrl}/${ADMIN_BASE}/users/${account.id}`);
    return UserResponse.of(account);
  }

  @Post(':id/invite')
  @HttpCode(202)
  @RequireAdminScope('admin:users')
  @ApiOperation({ summary: 'Invite a person once more; the link sent before is no longer good' })
  @ApiAcceptedResponse({ type: UserResponse })
  @ApiBody({ type: InviteRequest, required: false })
  async invite(
    @Param('id', UuidParam) id: string,
    @Body() request: InviteRequest,
    @AskedBy() operator: Operator,
  ): Promise<UserResponse> {
    return UserResponse.of(await this.people.invite(id, request, operator));
  }
}
