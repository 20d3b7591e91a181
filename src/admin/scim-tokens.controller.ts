import { Body, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { parseDuration } from '../config/index.js';
import { ScimTokens } from '../scim/index.js';
import { AdminController } from './admin-controller.js';
import { found, invalidField } from './admin-problem.js';
import { AskedBy, type Operator } from './admin-request.js';
import { UuidParam } from './ids.js';
import { paged, pageOf, PageRequest } from './paging.js';
import { RequireRecentSignIn } from './recent-sign-in.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { RoleReach } from './role-reach.js';
import { NewScimTokenRequest } from './scim-tokens.request.js';
import { NewScimTokenResponse, ScimTokenPage, ScimTokenResponse } from './scim-tokens.response.js';

const DAY = 86_400;
const USUAL_SECONDS = 365 * DAY;
const MAX_SECONDS = 3_650 * DAY;

@AdminController('scim-tokens')
export class ScimTokensController {
  constructor(
    private readonly tokens: ScimTokens,
    private readonly reach: RoleReach,
  ) {}

  @Get()
  @RequireAdminScope('admin:users:read')
  @ApiOperation({ summary: 'Tokens that let directories provision people, newest first' })
  @ApiOkResponse({ type: ScimTokenPage })
  async list(@Query() request: PageRequest): Promise<ScimTokenPage> {
    return pageOf(await this.tokens.list(paged(request)), ScimTokenResponse.of);
  }

  @Post()
  @RequireRecentSignIn()
  @RequireAdminScope('admin:users')
  @ApiOperation({ summary: 'Make a token that lets a directory provision people; it is answered once' })
  @ApiCreatedResponse({ type: NewScimTokenResponse })
  async create(
    @Body() { note, expires_in, vouches_for_email: vouchesFor = [] }: NewScimTokenRequest,
    @AskedBy() operator: Operator,
  ): Promise<NewScimTokenResponse> {
    const seconds = parseDuration(expires_in) ?? USUAL_SECONDS;
    if (seconds > MAX_SECONDS) throw invalidField('expires_in', 'must be 3650d at most');
    // Who provisions puts people into groups, and groups make administrators.
    this.reach.check(['admin'], operator);
    const wanted = { note, vouchesFor, expiresAt: new Date(Date.now() + seconds * 1_000) };
    const { token, view } = await this.tokens.create(wanted, operator.actor);
    return { ...ScimTokenResponse.of(view), token };
  }

  @Delete(':id')
  @RequireAdminScope('admin:users')
  @ApiOperation({ summary: 'Make a token useless at once; what was provisioned with it stays' })
  @ApiOkResponse({ type: ScimTokenResponse })
  async revoke(
    @Param('id', UuidParam) id: string,
    @AskedBy() { actor }: Operator,
  ): Promise<ScimTokenResponse> {
    return ScimTokenResponse.of(found(await this.tokens.revoke(id, actor)));
  }
}
