import { Body, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Response } from 'express';
import { AccessTokens, Endings, TokenLookup } from '../oauth/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { momentOf } from './fields.js';
import { EndRequest, TakesReason } from './end.request.js';
import { EndedResponse } from './ended.response.js';
import { checkTag, TakesIfMatch, tagOf } from './etag.js';
import { UuidParam } from './ids.js';
import { given, paged, pageOf } from './paging.js';
import { OnlyReads } from './repeat-safety.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { TokenLookupRequest, TokensRequest } from './tokens.request.js';
import { FoundTokenResponse, TokenPage, TokenResponse } from './tokens.response.js';

@AdminController('tokens')
export class TokensController {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly endings: Endings,
    private readonly lookup: TokenLookup,
  ) {}

  @Get()
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'Access tokens that were issued, newest first; metadata only' })
  @ApiOkResponse({ type: TokenPage })
  async list(@Query() request: TokensRequest): Promise<TokenPage> {
    const { user_id, client_id, grant_id, active, kid, scope, resource, expires_after } = request;
    const filters = given({
      userId: user_id,
      clientId: client_id,
      grantId: grant_id,
      active,
      kid,
      scope,
      resource,
      expiresAfter: momentOf(expires_after),
    });
    return pageOf(await this.tokens.list({ ...filters, ...paged(request) }), TokenResponse.of);
  }

  @Post('lookup')
  @HttpCode(200)
  @OnlyReads()
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'What a token is, and whether it is good; it is stored and logged nowhere' })
  @ApiOkResponse({ type: FoundTokenResponse })
  async lookUp(@Body() { token }: TokenLookupRequest): Promise<FoundTokenResponse> {
    return FoundTokenResponse.of(found(await this.lookup.find(token)));
  }

  @Get(':jti')
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'One access token; metadata only' })
  @ApiOkResponse({ type: TokenResponse })
  async show(
    @Param('jti', UuidParam) jti: string,
    @Res({ passthrough: true }) res: Response,
  ): Promise<TokenResponse> {
    const token = TokenResponse.of(found(await this.tokens.find(jti)));
    res.setHeader('ETag', etagOf(token));
    return token;
  }

  @Delete(':jti')
  @RequireAdminScope('admin:grants')
  @ApiOperation({ summary: 'End one access token; its grant lives on' })
  @ApiOkResponse({ type: EndedResponse })
  @TakesReason()
  @TakesIfMatch()
  async end(
    @Param('jti', UuidParam) jti: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<EndedResponse> {
    if (operator.ifMatch !== undefined)
      checkTag(operator.ifMatch, etagOf(TokenResponse.of(found(await this.tokens.find(jti)))));
    return EndedResponse.of(found(await this.endings.token(jti, by(operator, body, query))));
  }
}

const etagOf = (token: TokenResponse): string => tagOf(token.jti, token.revoked_at, token.expires_at);
