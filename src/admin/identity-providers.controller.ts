import { Body, Delete, Get, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { IdentityProviders } from '../sso/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { EndRequest, TakesReason } from './end.request.js';
import { checkTag, TakesIfMatch } from './etag.js';
import { IdentityProviderEdits } from './identity-provider-edits.js';
import { etagOf } from './identity-provider-etag.js';
import { ChangedIdentityProviderRequest, NewIdentityProviderRequest } from './identity-providers.request.js';
import { IdentityProviderResponse, IdentityProvidersResponse } from './identity-providers.response.js';
import { ProviderIdParam } from './ids.js';
import { RequireRecentSignIn } from './recent-sign-in.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { ADMIN_BASE } from './urls.js';

@AdminController('identity-providers')
export class IdentityProvidersController {
  constructor(
    private readonly config: AppConfig,
    private readonly providers: IdentityProviders,
    private readonly edits: IdentityProviderEdits,
  ) {}

  @Get()
  @RequireAdminScope('admin:settings:read')
  @ApiOperation({ summary: 'Every way in through others, in the order of the sign-in page' })
  @ApiOkResponse({ type: IdentityProvidersResponse })
  async list(): Promise<IdentityProvidersResponse> {
    return { items: (await this.providers.list()).map(IdentityProviderResponse.of) };
  }

  @Get(':id')
  @RequireAdminScope('admin:settings:read')
  @ApiOperation({ summary: 'One of them' })
  @ApiOkResponse({ type: IdentityProviderResponse })
  async show(
    @Param('id', ProviderIdParam) id: string,
    @Res({ passthrough: true }) res: Response,
  ): Promise<IdentityProviderResponse> {
    const view = found(await this.providers.find(id));
    setETag(res, etagOf(view));
    return IdentityProviderResponse.of(view);
  }

  @Post()
  @RequireRecentSignIn()
  @RequireAdminScope('admin:settings')
  @ApiOperation({
    summary: 'Set up a provider; it is on the sign-in page of every replica within two seconds',
  })
  @ApiCreatedResponse({ type: IdentityProviderResponse })
  async create(
    @Body() { id, settings }: NewIdentityProviderRequest,
    @AskedBy() operator: Operator,
    @Res({ passthrough: true }) res: Response,
  ): Promise<IdentityProviderResponse> {
    const view = await this.edits.create(id, settings, operator);
    setETag(res, etagOf(view));
    res.setHeader('Location', `${this.config.publicUrl}/${ADMIN_BASE}/identity-providers/${id}`);
    return IdentityProviderResponse.of(view);
  }

  @Patch(':id')
  @RequireRecentSignIn()
  @RequireAdminScope('admin:settings')
  @ApiOperation({ summary: 'Change a provider; the audit trail has what it was before' })
  @TakesIfMatch()
  @ApiOkResponse({ type: IdentityProviderResponse })
  async change(
    @Param('id', ProviderIdParam) id: string,
    @Body() { settings }: ChangedIdentityProviderRequest,
    @AskedBy() operator: Operator,
    @Req() req: Request,
  ): Promise<IdentityProviderResponse> {
    const view = await this.edits.change(id, settings, operator);
    setETag(req.res, etagOf(view));
    return IdentityProviderResponse.of(view);
  }

  @Delete(':id')
  @HttpCode(200)
  @RequireRecentSignIn()
  @RequireAdminScope('admin:settings')
  @ApiOperation({ summary: 'Remove a provider; who signed in by it stays signed in, and keeps the account' })
  @ApiOkResponse({ type: IdentityProviderResponse })
  @TakesReason()
  @TakesIfMatch()
  async remove(
    @Param('id', ProviderIdParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<IdentityProviderResponse> {
    if (operator.ifMatch !== undefined)
      checkTag(operator.ifMatch, etagOf(found(await this.providers.find(id))));
    const { reason } = by(operator, body, query);
    return IdentityProviderResponse.of(await this.edits.remove(id, operator, reason));
  }
}

function setETag(res: Response | undefined, etag: string | undefined): void {
  if (etag !== undefined) res?.setHeader('ETag', etag);
}
