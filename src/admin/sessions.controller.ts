import { Body, Delete, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Response } from 'express';
import { Endings } from '../oauth/index.js';
import { SessionList } from '../sessions/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { momentOf } from './fields.js';
import { EndRequest, TakesReason } from './end.request.js';
import { EndedResponse } from './ended.response.js';
import { checkTag, TakesIfMatch, tagOf } from './etag.js';
import { UuidParam } from './ids.js';
import { given, paged, pageOf } from './paging.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { SessionsRequest } from './sessions.request.js';
import { SessionPage, SessionResponse } from './sessions.response.js';

@AdminController('sessions')
export class SessionsController {
  constructor(
    private readonly sessions: SessionList,
    private readonly endings: Endings,
  ) {}

  @Get()
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'Who is signed in where, newest first' })
  @ApiOkResponse({ type: SessionPage })
  async list(@Query() request: SessionsRequest): Promise<SessionPage> {
    const { user_id, active, ip, acr, idp, created_after, created_before, idle_since } = request;
    const filter = given({
      userId: user_id,
      active,
      ip,
      acr,
      idp,
      createdAfter: momentOf(created_after),
      createdBefore: momentOf(created_before),
      idleSince: momentOf(idle_since),
    });
    return pageOf(await this.sessions.list({ ...filter, ...paged(request) }), SessionResponse.of);
  }

  @Get(':id')
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'One session' })
  @ApiOkResponse({ type: SessionResponse })
  async show(
    @Param('id', UuidParam) id: string,
    @Res({ passthrough: true }) res: Response,
  ): Promise<SessionResponse> {
    const session = SessionResponse.of(found(await this.sessions.find(id)));
    res.setHeader('ETag', etagOf(session));
    return session;
  }

  @Delete(':id')
  @RequireAdminScope('admin:grants')
  @ApiOperation({ summary: 'Sign a browser out, and end what was allowed from it' })
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
      checkTag(operator.ifMatch, etagOf(SessionResponse.of(found(await this.sessions.find(id)))));
    return EndedResponse.of(found(await this.endings.session(id, by(operator, body, query))));
  }
}

const etagOf = (session: SessionResponse): string =>
  tagOf(session.id, session.ended_at, session.acr, session.expires_at);
