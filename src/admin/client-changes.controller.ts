import { Body, HttpCode, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Request } from 'express';
import { ClientsService } from '../oauth/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { ClientChanges } from './client-changes.js';
import { etagOf } from './client-etag.js';
import { ChangedClientRequest, RotateSecretRequest } from './clients.request.js';
import { ClientResponse, NewSecretResponse } from './clients.response.js';
import { EndRequest, TakesReason } from './end.request.js';
import { TakesIfMatch } from './etag.js';
import { ClientIdParam } from './ids.js';
import { RequireRecentSignIn } from './recent-sign-in.js';
import { RequireAdminScope } from './require-admin-scope.js';

@AdminController('clients')
export class ClientChangesController {
  constructor(
    private readonly clients: ClientsService,
    private readonly changes: ClientChanges,
  ) {}

  @Patch(':id')
  @RequireRecentSignIn()
  @RequireAdminScope('admin:clients')
  @ApiOperation({ summary: 'Change an application; the audit trail has what it was before' })
  @TakesIfMatch()
  @ApiOkResponse({ type: ClientResponse })
  async change(
    @Param('id', ClientIdParam) id: string,
    @Body() request: ChangedClientRequest,
    @AskedBy() operator: Operator,
    @Req() req: Request,
  ): Promise<ClientResponse> {
    const client = await this.changes.change(id, request, operator);
    req.res?.setHeader('ETag', etagOf(client));
    return ClientResponse.of(client);
  }

  @Post(':id/secret')
  @RequireRecentSignIn()
  @HttpCode(200)
  @RequireAdminScope('admin:clients')
  @ApiOperation({ summary: 'Give an application a new secret, which is answered once' })
  @ApiOkResponse({ type: NewSecretResponse })
  @ApiBody({ type: RotateSecretRequest, required: false })
  async rotateSecret(
    @Param('id', ClientIdParam) id: string,
    @Body() { overlap }: RotateSecretRequest,
    @AskedBy() operator: Operator,
  ): Promise<NewSecretResponse> {
    const { client, secret } = await this.changes.rotateSecret(id, overlap, operator);
    return NewSecretResponse.from(client, secret);
  }

  @Post(':id/unsuspend')
  @HttpCode(200)
  @RequireAdminScope('admin:clients')
  @ApiOperation({
    summary: 'Let a suspended application work again; one that registered itself is quarantined then',
  })
  @ApiOkResponse({ type: ClientResponse })
  @TakesReason()
  async unsuspend(
    @Param('id', ClientIdParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<ClientResponse> {
    return ClientResponse.of(found(await this.clients.reinstate(id, by(operator, body, query))));
  }
}
