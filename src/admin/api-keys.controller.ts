import { Body, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Response } from 'express';
import { AppConfig } from '../config/index.js';
import { ApiKeyList } from '../oauth/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { ApiKeyOperations, apiKeyTag } from './api-key-operations.js';
import {
  ApiKeysRequest,
  NewApiKeyRequest,
  RenameApiKeyRequest,
  RotateApiKeyRequest,
} from './api-keys.request.js';
import { ApiKeyPage, ApiKeyResponse, NewApiKeyResponse } from './api-keys.response.js';
import { EndRequest, TakesReason } from './end.request.js';
import { EndedResponse } from './ended.response.js';
import { TakesIfMatch } from './etag.js';
import { momentOf } from './fields.js';
import { UuidParam } from './ids.js';
import { given, paged, pageOf } from './paging.js';
import { RequireRecentSignIn } from './recent-sign-in.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { ADMIN_BASE } from './urls.js';

@AdminController('api-keys')
export class ApiKeysController {
  constructor(
    private readonly config: AppConfig,
    private readonly keys: ApiKeyList,
    private readonly operations: ApiKeyOperations,
  ) {}

  @Get()
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'API keys of people and services, newest first; metadata only' })
  @ApiOkResponse({ type: ApiKeyPage })
  async list(@Query() request: ApiKeysRequest): Promise<ApiKeyPage> {
    const { user_id, client_id, holder, active, scope, resource, last_used_before, expires_before } = request;
    const filter = given({
      userId: user_id,
      clientId: client_id,
      holder,
      active,
      scope,
      resource,
      lastUsedBefore: momentOf(last_used_before),
      expiresBefore: momentOf(expires_before),
    });
    return pageOf(await this.keys.list({ ...filter, ...paged(request) }), ApiKeyResponse.of);
  }

  @Get(':id')
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'One API key; metadata only' })
  @ApiOkResponse({ type: ApiKeyResponse })
  async show(
    @Param('id', UuidParam) id: string,
    @Res({ passthrough: true }) res: Response,
  ): Promise<ApiKeyResponse> {
    const key = found(await this.keys.find(id));
    res.setHeader('ETag', apiKeyTag(key));
    return ApiKeyResponse.of(key);
  }

  @Post()
  @RequireRecentSignIn()
  @RequireAdminScope('admin:clients')
  @ApiOperation({ summary: 'Make an API key for a service; it is answered once' })
  @ApiCreatedResponse({ type: NewApiKeyResponse })
  async create(
    @Body() request: NewApiKeyRequest,
    @AskedBy() operator: Operator,
    @Res({ passthrough: true }) res: Response,
  ): Promise<NewApiKeyResponse> {
    const { view, key } = await this.operations.create(request, operator);
    res.setHeader('ETag', apiKeyTag(view));
    res.setHeader('Location', `${this.config.publicUrl}/${ADMIN_BASE}/api-keys/${view.id}`);
    return { ...ApiKeyResponse.of(view), api_key: key };
  }

  @Patch(':id')
  @RequireAdminScope('admin:clients')
  @ApiOperation({ summary: 'Give an API key of a service another name' })
  @TakesIfMatch()
  @ApiOkResponse({ type: ApiKeyResponse })
  async rename(
    @Param('id', UuidParam) id: string,
    @Body() { name }: RenameApiKeyRequest,
    @AskedBy() operator: Operator,
    @Res({ passthrough: true }) res: Response,
  ): Promise<ApiKeyResponse> {
    const key = await this.operations.rename(id, name, operator);
    res.setHeader('ETag', apiKeyTag(key));
    return ApiKeyResponse.of(key);
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @RequireRecentSignIn()
  @RequireAdminScope('admin:clients')
  @ApiOperation({ summary: 'Give an API key of a service another secret; the one before ends at once' })
  @TakesIfMatch()
  @ApiOkResponse({ type: NewApiKeyResponse })
  @ApiBody({ type: RotateApiKeyRequest, required: false })
  async rotate(
    @Param('id', UuidParam) id: string,
    @Body() { expires_in: expiresIn }: RotateApiKeyRequest,
    @AskedBy() operator: Operator,
    @Res({ passthrough: true }) res: Response,
  ): Promise<NewApiKeyResponse> {
    const { view, key } = await this.operations.rotate(id, expiresIn, operator);
    res.setHeader('ETag', apiKeyTag(view));
    return { ...ApiKeyResponse.of(view), api_key: key };
  }

  @Delete(':id')
  @RequireAdminScope('admin:grants')
  @ApiOperation({ summary: 'End an API key everywhere, and what is being served with it' })
  @ApiOkResponse({ type: EndedResponse })
  @TakesReason()
  @TakesIfMatch()
  async revoke(
    @Param('id', UuidParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<EndedResponse> {
    return EndedResponse.of(await this.operations.revoke(id, by(operator, body, query), operator));
  }
}
