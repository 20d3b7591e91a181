import { Body, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Response } from 'express';
import { AppConfig } from '../config/index.js';
import { ClientsService, Endings } from '../oauth/index.js';
import { momentOf } from './fields.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { etagOf } from './client-etag.js';
import { ClientsRequest, NewClientRequest } from './clients.request.js';
import { ClientPage, ClientResponse, NewClientResponse } from './clients.response.js';
import { EndRequest, TakesReason } from './end.request.js';
import { EndedResponse } from './ended.response.js';
import { checkTag, TakesIfMatch } from './etag.js';
import { ClientIdParam } from './ids.js';
import { NewClients } from './new-clients.js';
import { given, paged, pageOf } from './paging.js';
import { RequireRecentSignIn } from './recent-sign-in.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { ADMIN_BASE } from './urls.js';

@AdminController('clients')
export class ClientsController {
  constructor(
    private readonly config: AppConfig,
    private readonly clients: ClientsService,
    private readonly newClients: NewClients,
    private readonly endings: Endings,
  ) {}

  @Get()
  @RequireAdminScope('admin:clients:read')
  @ApiOperation({ summary: 'Registered applications, newest first' })
  @ApiOkResponse({ type: ClientPage })
  async list(@Query() request: ClientsRequest): Promise<ClientPage> {
    const { q, trust_state: trustState, registration, unused_since: unused } = request;
    const filter = given({ q, trustState, registration, unusedSince: momentOf(unused) });
    return pageOf(await this.clients.list({ ...filter, ...paged(request) }), ClientResponse.of);
  }

  @Get(':id')
  @RequireAdminScope('admin:clients:read')
  @ApiOperation({ summary: 'One application' })
  @ApiOkResponse({ type: ClientResponse })
  async show(
    @Param('id', ClientIdParam) id: string,
    @Res({ passthrough: true }) res: Response,
  ): Promise<ClientResponse> {
    const client = found(await this.clients.find(id));
    res.setHeader('ETag', etagOf(client));
    return ClientResponse.of(client);
  }

  @Post()
  @RequireRecentSignIn()
  @RequireAdminScope('admin:clients')
  @ApiOperation({ summary: 'Register an application; its secret is answered once' })
  @ApiCreatedResponse({ type: NewClientResponse })
  async create(
    @Body() request: NewClientRequest,
    @AskedBy() operator: Operator,
    @Res({ passthrough: true }) res: Response,
  ): Promise<NewClientResponse> {
    const { client, secret } = await this.newClients.create(request, operator);
    res.setHeader('ETag', etagOf(client));
    res.setHeader(
      'Location',
      `${this.config.publicUrl}/${ADMIN_BASE}/clients/${encodeURIComponent(client.id)}`,
    );
    return { ...ClientResponse.of(client), ...(secret !== undefined && { client_secret: secret }) };
  }

  @Post(':id/approve')
  @HttpCode(200)
  @RequireAdminScope('admin:clients')
  @ApiOperation({ summary: 'Trust a quarantined application, or let a suspended one work again' })
  @ApiOkResponse({ type: ClientResponse })
  @TakesReason()
  async approve(
    @Param('id', ClientIdParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<ClientResponse> {
    return ClientResponse.of(found(await this.clients.approve(id, by(operator, body, query))));
  }

  @Post(':id/suspend')
  @HttpCode(200)
  @RequireAdminScope('admin:clients')
  @ApiOperation({ summary: 'Stop an application: every grant and token of it ends, and it gets no new ones' })
  @ApiOkResponse({ type: EndedResponse })
  @TakesReason()
  async suspend(
    @Param('id', ClientIdParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<EndedResponse> {
    return EndedResponse.of(found(await this.endings.client(id, by(operator, body, query))));
  }

  @Delete(':id')
  @RequireAdminScope('admin:clients')
  @ApiOperation({ summary: 'Remove an application with everything that was granted to it' })
  @ApiOkResponse({ type: EndedResponse })
  @TakesReason()
  @TakesIfMatch()
  async remove(
    @Param('id', ClientIdParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<EndedResponse> {
    if (operator.ifMatch !== undefined)
      checkTag(operator.ifMatch, etagOf(found(await this.clients.find(id))));
    return EndedResponse.of(found(await this.endings.removeClient(id, by(operator, body, query))));
  }
}
