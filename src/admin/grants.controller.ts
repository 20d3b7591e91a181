import { Body, Delete, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { Endings, GrantsService } from '../oauth/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { EndRequest, TakesReason } from './end.request.js';
import { EndedResponse } from './ended.response.js';
import { GrantsRequest } from './grants.request.js';
import { GrantPage, GrantResponse } from './grants.response.js';
import { UuidParam } from './ids.js';
import { given, pageOf } from './paging.js';
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
  async list(@Query() { user_id, client_id, active, cursor, limit }: GrantsRequest): Promise<GrantPage> {
    const page = await this.grants.list({
      ...given({ userId: user_id, clientId: client_id, active, cursor }),
      limit,
    });
    return pageOf(page, GrantResponse.of);
  }

  @Get(':id')
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'One grant' })
  @ApiOkResponse({ type: GrantResponse })
  async show(@Param('id', UuidParam) id: string): Promise<GrantResponse> {
    return GrantResponse.of(found(await this.grants.find(id)));
  }

  @Delete(':id')
  @RequireAdminScope('admin:grants')
  @ApiOperation({ summary: 'End a grant and every token of it, everywhere' })
  @ApiOkResponse({ type: EndedResponse })
  @TakesReason()
  async end(
    @Param('id', UuidParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<EndedResponse> {
    return EndedResponse.of(found(await this.endings.grant(id, by(operator, body, query))));
  }
}
