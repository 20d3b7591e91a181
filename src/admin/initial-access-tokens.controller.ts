import { Body, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { parseDuration } from '../config/index.js';
import { InitialAccessTokens } from '../oauth/index.js';
import { AdminController } from './admin-controller.js';
import { found, invalidField } from './admin-problem.js';
import { AskedBy, type Operator } from './admin-request.js';
import { ClientReach } from './client-reach.js';
import { UuidParam } from './ids.js';
import { NewInitialAccessTokenRequest } from './initial-access-tokens.request.js';
import {
  InitialAccessTokenPage,
  InitialAccessTokenResponse,
  NewInitialAccessTokenResponse,
} from './initial-access-tokens.response.js';
import { given, paged, pageOf, PageRequest } from './paging.js';
import { RequireRecentSignIn } from './recent-sign-in.js';
import { RequireAdminScope } from './require-admin-scope.js';

const DAY = 86_400;
const MAX_SECONDS = 365 * DAY;

@AdminController('initial-access-tokens')
export class InitialAccessTokensController {
  constructor(
    private readonly tokens: InitialAccessTokens,
    private readonly reach: ClientReach,
  ) {}

  @Get()
  @RequireAdminScope('admin:clients:read')
  @ApiOperation({ summary: 'Tokens that let applications register themselves, newest first' })
  @ApiOkResponse({ type: InitialAccessTokenPage })
  async list(@Query() request: PageRequest): Promise<InitialAccessTokenPage> {
    return pageOf(await this.tokens.list(paged(request)), InitialAccessTokenResponse.of);
  }

  @Post()
  @RequireRecentSignIn()
  @RequireAdminScope('admin:clients')
  @ApiOperation({ summary: 'Make a token that lets applications register themselves; it is answered once' })
  @ApiCreatedResponse({ type: NewInitialAccessTokenResponse })
  async create(
    @Body() request: NewInitialAccessTokenRequest,
    @AskedBy() operator: Operator,
  ): Promise<NewInitialAccessTokenResponse> {
    const seconds = parseDuration(request.expires_in) ?? DAY;
    if (seconds > MAX_SECONDS) throw invalidField('expires_in', 'must be 365d at most');
    this.reach.checkGiven('scopes', request.scopes ?? [], operator);
    const wanted = {
      expiresAt: new Date(Date.now() + seconds * 1_000),
      maxUses: request.max_uses ?? 1,
      trustState: request.trust_state ?? 'quarantined',
      note: request.note,
      ...given({ scopes: request.scopes }),
    };
    const { token, view } = await this.tokens.create(wanted, operator.actor);
    return { ...InitialAccessTokenResponse.of(view), token };
  }

  @Delete(':id')
  @RequireAdminScope('admin:clients')
  @ApiOperation({ summary: 'Make a token useless; what was registered with it stays' })
  @ApiOkResponse({ type: InitialAccessTokenResponse })
  async revoke(
    @Param('id', UuidParam) id: string,
    @AskedBy() { actor }: Operator,
  ): Promise<InitialAccessTokenResponse> {
    return InitialAccessTokenResponse.of(found(await this.tokens.revoke(id, actor)));
  }
}
