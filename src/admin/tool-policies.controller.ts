import { Body, Delete, Get, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { ToolPolicyChanges, ToolPolicyNames, type ToolPolicy } from '../mcp/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { EndRequest, TakesReason } from './end.request.js';
import { TakesIfMatch } from './etag.js';
import { UuidParam } from './ids.js';
import { RequireRecentSignIn } from './recent-sign-in.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { ChangedToolPolicyRequest, NewToolPolicyRequest } from './tool-policies.request.js';
import { ToolPoliciesResponse, ToolPolicyResponse } from './tool-policies.response.js';
import { ToolPolicyEdits, toolPolicyEtagOf } from './tool-policy-edits.js';
import { ADMIN_BASE } from './urls.js';

@AdminController('tool-policies')
export class ToolPoliciesController {
  constructor(
    private readonly config: AppConfig,
    private readonly changes: ToolPolicyChanges,
    private readonly edits: ToolPolicyEdits,
    private readonly names: ToolPolicyNames,
  ) {}

  @Get()
  @RequireAdminScope('admin:settings:read')
  @ApiOperation({ summary: 'What is asked of callers beside what the items ask: first what the file says' })
  @ApiOkResponse({ type: ToolPoliciesResponse })
  async list(): Promise<ToolPoliciesResponse> {
    return { items: (await this.changes.list()).map((policy) => this.said(policy)) };
  }

  @Get(':id')
  @RequireAdminScope('admin:settings:read')
  @ApiOperation({ summary: 'One policy of an operator' })
  @ApiOkResponse({ type: ToolPolicyResponse })
  async show(
    @Param('id', UuidParam) id: string,
    @Res({ passthrough: true }) res: Response,
  ): Promise<ToolPolicyResponse> {
    const policy = found(await this.changes.find(id));
    res.setHeader('ETag', toolPolicyEtagOf(policy));
    return this.said(policy);
  }

  @Post()
  @RequireRecentSignIn()
  @RequireAdminScope('admin:settings')
  @ApiOperation({ summary: 'Ask more of callers, on every replica within a second' })
  @ApiCreatedResponse({ type: ToolPolicyResponse })
  async create(
    @Body() request: NewToolPolicyRequest,
    @AskedBy() operator: Operator,
    @Res({ passthrough: true }) res: Response,
  ): Promise<ToolPolicyResponse> {
    const policy = await this.edits.create(request, operator);
    res.setHeader('Location', `${this.config.publicUrl}/${ADMIN_BASE}/tool-policies/${policy.id}`);
    res.setHeader('ETag', toolPolicyEtagOf(policy));
    return this.said(policy);
  }

  @Patch(':id')
  @RequireRecentSignIn()
  @RequireAdminScope('admin:settings')
  @ApiOperation({ summary: 'Change a policy; `null` takes a member away' })
  @TakesIfMatch()
  @ApiOkResponse({ type: ToolPolicyResponse })
  async change(
    @Param('id', UuidParam) id: string,
    @Body() request: ChangedToolPolicyRequest,
    @AskedBy() operator: Operator,
    @Req() req: Request,
  ): Promise<ToolPolicyResponse> {
    const policy = await this.edits.change(id, request, operator);
    req.res?.setHeader('ETag', toolPolicyEtagOf(policy));
    return this.said(policy);
  }

  @Delete(':id')
  @RequireRecentSignIn()
  @RequireAdminScope('admin:settings')
  @ApiOperation({ summary: 'Remove a policy; what the items ask themselves stays' })
  @ApiOkResponse({ type: ToolPolicyResponse })
  @TakesReason()
  @TakesIfMatch()
  async remove(
    @Param('id', UuidParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<ToolPolicyResponse> {
    return this.said(await this.edits.remove(id, by(operator, body, query), operator.ifMatch));
  }

  private said(policy: ToolPolicy): ToolPolicyResponse {
    return ToolPolicyResponse.of(policy, this.names.matches(policy));
  }
}
