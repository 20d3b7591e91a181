import { Body, Delete, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AccessTokens, Endings } from '../oauth/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { EndRequest, TakesReason } from './end.request.js';
import { EndedResponse } from './ended.response.js';
import { UuidParam } from './ids.js';
import { given, pageOf } from './paging.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { TokensRequest } from './tokens.request.js';
import { TokenPage, TokenResponse } from './tokens.response.js';

@AdminController('tokens')
export class TokensController {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly endings: Endings,
  ) {}

  @Get()
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'Access tokens that were issued, newest first; metadata only' })
  @ApiOkResponse({ type: TokenPage })
  async list(@Query() { user_id, client_id, grant_id, ...rest }: TokensRequest): Promise<TokenPage> {
    const { active, cursor, limit } = rest;
    const filters = given({ userId: user_id, clientId: client_id, grantId: grant_id, active, cursor });
    return pageOf(await this.tokens.list({ ...filters, limit }), TokenResponse.of);
  }

  @Get(':jti')
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'One access token; metadata only' })
  @ApiOkResponse({ type: TokenResponse })
  async show(@Param('jti', UuidParam) jti: string): Promise<TokenResponse> {
    return TokenResponse.of(found(await this.tokens.find(jti)));
  }

  @Delete(':jti')
  @RequireAdminScope('admin:grants')
  @ApiOperation({ summary: 'End one access token; its grant lives on' })
  @ApiOkResponse({ type: EndedResponse })
  @TakesReason()
  async end(
    @Param('jti', UuidParam) jti: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<EndedResponse> {
    return EndedResponse.of(found(await this.endings.token(jti, by(operator, body, query))));
  }
}
