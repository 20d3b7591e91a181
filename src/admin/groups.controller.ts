import { Body, Delete, Get, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { GroupsService } from '../users/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { EndRequest, TakesReason } from './end.request.js';
import { TakesIfMatch } from './etag.js';
import { GroupOperations, groupEtagOf } from './group-operations.js';
import {
  ChangedGroupRequest,
  ChangedMembersRequest,
  GroupsRequest,
  NewGroupRequest,
} from './groups.request.js';
import {
  ChangedGroupResponse,
  GroupMemberPage,
  GroupMemberResponse,
  GroupPage,
  GroupResponse,
} from './groups.response.js';
import { UuidParam } from './ids.js';
import { given, paged, pageOf, PageRequest } from './paging.js';
import { RequireRecentSignIn } from './recent-sign-in.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { ADMIN_BASE } from './urls.js';

@AdminController('groups')
export class GroupsController {
  constructor(
    private readonly config: AppConfig,
    private readonly groups: GroupsService,
    private readonly operations: GroupOperations,
  ) {}

  @Get()
  @RequireAdminScope('admin:users:read')
  @ApiOperation({ summary: 'Groups, newest first' })
  @ApiOkResponse({ type: GroupPage })
  async list(@Query() request: GroupsRequest): Promise<GroupPage> {
    const query = { ...given({ q: request.q }), ...paged(request) };
    return pageOf(await this.groups.list(query), GroupResponse.of);
  }

  @Get(':id')
  @RequireAdminScope('admin:users:read')
  @ApiOperation({ summary: 'One group' })
  @ApiOkResponse({ type: GroupResponse })
  async show(
    @Param('id', UuidParam) id: string,
    @Res({ passthrough: true }) res: Response,
  ): Promise<GroupResponse> {
    const group = found(await this.groups.find(id));
    res.setHeader('ETag', groupEtagOf(group));
    return GroupResponse.of(group);
  }

  @Get(':id/members')
  @RequireAdminScope('admin:users:read')
  @ApiOperation({ summary: 'Who is in a group, and who says so' })
  @ApiOkResponse({ type: GroupMemberPage })
  async members(@Param('id', UuidParam) id: string, @Query() request: PageRequest): Promise<GroupMemberPage> {
    found(await this.groups.find(id));
    return pageOf(await this.groups.members(id, paged(request)), GroupMemberResponse.of);
  }

  @Post()
  @RequireRecentSignIn()
  @RequireAdminScope('admin:users')
  @ApiOperation({ summary: 'Make a group' })
  @ApiCreatedResponse({ type: ChangedGroupResponse })
  async create(
    @Body() request: NewGroupRequest,
    @AskedBy() operator: Operator,
    @Res({ passthrough: true }) res: Response,
  ): Promise<ChangedGroupResponse> {
    const { answer, etag } = await this.operations.create(request, operator);
    res.setHeader('Location', `${this.config.publicUrl}/${ADMIN_BASE}/groups/${answer.id}`);
    res.setHeader('ETag', etag);
    return answer;
  }

  @Patch(':id')
  @RequireRecentSignIn()
  @RequireAdminScope('admin:users')
  @ApiOperation({ summary: 'Change a group; what its people lose by it ends at once' })
  @TakesIfMatch()
  @ApiOkResponse({ type: ChangedGroupResponse })
  async change(
    @Param('id', UuidParam) id: string,
    @Body() request: ChangedGroupRequest,
    @AskedBy() operator: Operator,
    @Req() req: Request,
  ): Promise<ChangedGroupResponse> {
    const { answer, etag } = await this.operations.change(id, request, operator);
    req.res?.setHeader('ETag', etag);
    return answer;
  }

  @Patch(':id/members')
  @RequireRecentSignIn()
  @RequireAdminScope('admin:users')
  @ApiOperation({ summary: 'Let people into a group and out of it; what they lose by it ends at once' })
  @ApiOkResponse({ type: ChangedGroupResponse })
  @TakesIfMatch()
  async move(
    @Param('id', UuidParam) id: string,
    @Body() request: ChangedMembersRequest,
    @AskedBy() operator: Operator,
  ): Promise<ChangedGroupResponse> {
    return (await this.operations.move(id, request, operator)).answer;
  }

  @Delete(':id')
  @RequireRecentSignIn()
  @RequireAdminScope('admin:users')
  @ApiOperation({ summary: 'Remove a group; what its people lose by it ends at once' })
  @ApiOkResponse({ type: ChangedGroupResponse })
  @TakesReason()
  @TakesIfMatch()
  async remove(
    @Param('id', UuidParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<ChangedGroupResponse> {
    return (await this.operations.remove(id, by(operator, body, query), operator)).answer;
  }
}
