import { Body, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Response } from 'express';
import { AppConfig } from '../config/index.js';
import { PreConsents } from '../oauth/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { EndRequest, TakesReason } from './end.request.js';
import { UuidParam } from './ids.js';
import { NewPreConsents } from './new-pre-consents.js';
import { given, paged, pageOf } from './paging.js';
import { PreConsentAudiences } from './pre-consent-audiences.js';
import { NewPreConsentRequest, PreConsentsRequest } from './pre-consents.request.js';
import { PreConsentPage, PreConsentResponse } from './pre-consents.response.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { ADMIN_BASE } from './urls.js';

@AdminController('pre-consents')
export class PreConsentsController {
  constructor(
    private readonly config: AppConfig,
    private readonly preConsents: PreConsents,
    private readonly newPreConsents: NewPreConsents,
    private readonly audiences: PreConsentAudiences,
  ) {}

  @Get()
  @RequireAdminScope('admin:clients:read')
  @ApiOperation({ summary: 'What people are not asked for, newest first' })
  @ApiOkResponse({ type: PreConsentPage })
  async list(@Query() request: PreConsentsRequest): Promise<PreConsentPage> {
    const query = { ...given({ clientId: request.client_id }), ...paged(request) };
    return pageOf(await this.preConsents.list(query), PreConsentResponse.of);
  }

  @Get(':id')
  @RequireAdminScope('admin:clients:read')
  @ApiOperation({ summary: 'One of them' })
  @ApiOkResponse({ type: PreConsentResponse })
  async show(@Param('id', UuidParam) id: string): Promise<PreConsentResponse> {
    return PreConsentResponse.of(found(await this.preConsents.find(id)));
  }

  @Post()
  @RequireAdminScope('admin:clients')
  @ApiOperation({
    summary: 'Allow a client scopes beforehand, in place of what was decided for the same client and people',
  })
  @ApiCreatedResponse({ type: PreConsentResponse })
  async create(
    @Body() request: NewPreConsentRequest,
    @AskedBy() operator: Operator,
    @Res({ passthrough: true }) res: Response,
  ): Promise<PreConsentResponse> {
    const audience = await this.audiences.settle(request.audience);
    const made = await this.newPreConsents.create({ ...request, audience }, operator);
    res.setHeader('Location', `${this.config.publicUrl}/${ADMIN_BASE}/pre-consents/${made.id}`);
    return PreConsentResponse.of(made);
  }

  @Delete(':id')
  @HttpCode(200)
  @RequireAdminScope('admin:clients')
  @ApiOperation({ summary: 'Ask people again from now on; what was granted goes on' })
  @ApiOkResponse({ type: PreConsentResponse })
  @TakesReason()
  async remove(
    @Param('id', UuidParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<PreConsentResponse> {
    return PreConsentResponse.of(found(await this.preConsents.remove(id, by(operator, body, query))));
  }
}
