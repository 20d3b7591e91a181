import { Body, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Response } from 'express';
import { AppConfig } from '../config/index.js';
import { AdminController } from './admin-controller.js';
import { AskedBy, type Operator } from './admin-request.js';
import { UuidParam } from './ids.js';
import { PlanActions } from './plan-actions.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { NewPlanRequest, PlanYesRequest } from './revocation-plans.request.js';
import { AppliedResponse, PlanPreviewResponse, PlanResponse } from './revocation-plans.response.js';
import { ADMIN_BASE } from './urls.js';

/** What is to be ended is looked at first, and then ended as it was seen. */
@AdminController('revocation-plans')
export class RevocationPlansController {
  constructor(
    private readonly config: AppConfig,
    private readonly actions: PlanActions,
  ) {}

  @Post()
  @RequireAdminScope('admin:grants')
  @ApiOperation({ summary: 'Plan to end something: says what that would hit, and ends nothing' })
  @ApiCreatedResponse({ type: PlanPreviewResponse })
  async create(
    @Body() request: NewPlanRequest,
    @AskedBy() operator: Operator,
    @Res({ passthrough: true }) res: Response,
  ): Promise<PlanPreviewResponse> {
    const preview = await this.actions.create(request, operator);
    const url = `${this.config.publicUrl}/${ADMIN_BASE}/revocation-plans/${preview.plan.id}`;
    res.setHeader('Location', url);
    return PlanPreviewResponse.from(preview);
  }

  @Get(':id')
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'A plan, with the hash and the counts it was made with' })
  @ApiOkResponse({ type: PlanPreviewResponse })
  async show(
    @Param('id', UuidParam) id: string,
    @AskedBy() operator: Operator,
  ): Promise<PlanPreviewResponse> {
    return PlanPreviewResponse.from(await this.actions.show(id, operator));
  }

  @Post(':id/approve')
  @HttpCode(200)
  @RequireAdminScope('admin:grants')
  @ApiOperation({ summary: 'Say yes to the plan of another operator, as it is named by its hash' })
  @ApiOkResponse({ type: PlanResponse })
  async approve(
    @Param('id', UuidParam) id: string,
    @Body() request: PlanYesRequest,
    @AskedBy() operator: Operator,
  ): Promise<PlanResponse> {
    return PlanResponse.of(await this.actions.approve(id, request, operator));
  }

  @Post(':id/apply')
  @HttpCode(200)
  @RequireAdminScope('admin:grants')
  @ApiOperation({
    summary: 'End what the plan of this hash names; 409 when that is something else by now',
  })
  @ApiOkResponse({ type: AppliedResponse })
  async apply(
    @Param('id', UuidParam) id: string,
    @Body() request: PlanYesRequest,
    @AskedBy() operator: Operator,
  ): Promise<AppliedResponse> {
    return this.actions.apply(id, request, operator);
  }
}
