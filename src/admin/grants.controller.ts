import { Body, Delete, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Response } from 'express';
import { Endings, GrantsService } from '../oauth/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { momentOf } from './fields.js';
import { EndRequest, TakesReason } from './end.request.js';
import { EndedResponse } from './ended.response.js';
import { checkTag, TakesIfMatch, tagOf } from './etag.js';
import { GrantsRequest } from './grants.request.js';
import { GrantPage, GrantResponse } from './grants.response.js';
import { UuidParam } from './ids.js';
import { given, paged, pageOf } from './paging.js';
import { RequireAdminScope } from './require-admin-scope.js';

@AdminController('grants')
export class GrantsController {
  constructor(
    private readonly grants: GrantsService,
    private readonly endings: Endings,
  ) {}

  @Get()
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'What people allowed, newest first' })
  @ApiOkResponse({ type: GrantPage })
  async list(@Query() request: GrantsRequest): Promise<GrantPage> {
    const { user_id, client_id, session_id, active, scope, resource, last_used_before } = request;
    const filter = given({
      userId: user_id,
      clientId: client_id,
      sessionId: session_id,
      active,
      scope,
      resource,
      lastUsedBefore: momentOf(last_used_before),
    });
    return pageOf(await this.grants.list({ ...filter, ...paged(request) }), GrantResponse.of);
  }

  @Get(':id')
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'One grant' })
  @ApiOkResponse({ type: GrantResponse })
  async show(
    @Param('id', UuidParam) id: string,
    @Res({ passthrough: true }) res: Response,
  ): Promise<GrantResponse> {
    const grant = GrantResponse.of(found(await this.grants.find(id)));
    res.setHeader('ETag', etagOf(grant));
    return grant;
  }

  @Delete(':id')
  @RequireAdminScope('admin:grants')
  @ApiOperation({ summary: 'End a grant and every token of it, everywhere' })
  @ApiOkResponse({ type: EndedResponse })
  @TakesReason()
  @TakesIfMatch()
  async end(
    @Param('id', UuidParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<EndedResponse> {
    if (operator.ifMatch !== undefined)
      checkTag(operator.ifMatch, etagOf(GrantResponse.of(found(await this.grants.find(id)))));
    return EndedResponse.of(found(await this.endings.grant(id, by(operator, body, query))));
  }
}

const etagOf = (grant: GrantResponse): string =>
  tagOf(grant.id, grant.revoked_at, grant.scopes, grant.expires_at);
