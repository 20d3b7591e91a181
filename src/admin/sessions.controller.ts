import { Body, Delete, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { Endings } from '../oauth/index.js';
import { SessionList } from '../sessions/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { EndRequest, TakesReason } from './end.request.js';
import { EndedResponse } from './ended.response.js';
import { UuidParam } from './ids.js';
import { given, pageOf } from './paging.js';
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
  async list(@Query() { user_id, active, cursor, limit }: SessionsRequest): Promise<SessionPage> {
    const page = await this.sessions.list({ ...given({ userId: user_id, active, cursor }), limit });
    return pageOf(page, SessionResponse.of);
  }

  @Get(':id')
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'One session' })
  @ApiOkResponse({ type: SessionResponse })
  async show(@Param('id', UuidParam) id: string): Promise<SessionResponse> {
    return SessionResponse.of(found(await this.sessions.find(id)));
  }

  @Delete(':id')
  @RequireAdminScope('admin:grants')
  @ApiOperation({ summary: 'Sign a browser out, and end what was allowed from it' })
  @ApiOkResponse({ type: EndedResponse })
  @TakesReason()
  async end(
    @Param('id', UuidParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<EndedResponse> {
    return EndedResponse.of(found(await this.endings.session(id, by(operator, body, query))));
  }
}
