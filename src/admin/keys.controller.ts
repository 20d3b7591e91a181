import { Body, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AppConfig } from '../config/index.js';
import { KeyOperations, type KeyView } from '../keys/index.js';
import { KeyEndings } from '../oauth/index.js';
import { AdminController } from './admin-controller.js';
import { found, invalidField } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { EndRequest, TakesReason } from './end.request.js';
import { KidParam } from './ids.js';
import { CompromisedKeyRequest, RotateKeyRequest } from './keys.request.js';
import { CompromisedKeyResponse, KeyResponse, KeysResponse } from './keys.response.js';
import { given } from './paging.js';
import { RequireRecentSignIn } from './recent-sign-in.js';
import { RequireAdminScope } from './require-admin-scope.js';

@AdminController('keys')
export class KeysController {
  constructor(
    private readonly config: AppConfig,
    private readonly keys: KeyOperations,
    private readonly endings: KeyEndings,
  ) {}

  @Get()
  @RequireAdminScope('admin:keys:read')
  @ApiOperation({ summary: 'The keys that sign tokens, newest first' })
  @ApiOkResponse({ type: KeysResponse })
  async list(): Promise<KeysResponse> {
    const [keys, living] = [await this.keys.list(), await this.endings.living()];
    return { items: keys.map((key) => KeyResponse.of(key, living.get(key.kid) ?? 0)) };
  }

  @Post('rotate')
  @RequireRecentSignIn()
  @HttpCode(200)
  @RequireAdminScope('admin:keys')
  @ApiOperation({ summary: 'Let another key sign soon; answers that key' })
  @ApiOkResponse({ type: KeyResponse })
  @ApiBody({ type: RotateKeyRequest, required: false })
  async rotate(
    @Body() body: RotateKeyRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<KeyResponse> {
    const { alg, immediate } = body;
    if (alg !== undefined && !this.config.signingAlgorithms.includes(alg))
      throw invalidField('alg', 'is not among the algorithms of the configuration');
    return this.answer(await this.keys.rotate(by(operator, body, query), given({ alg, immediate })));
  }

  @Post(':kid/retire')
  @HttpCode(200)
  @RequireRecentSignIn()
  @RequireAdminScope('admin:keys')
  @ApiOperation({
    summary: 'Let a key sign no more, once another does; or withdraw one that was to be the next',
  })
  @ApiOkResponse({ type: KeyResponse })
  @TakesReason()
  async retire(
    @Param('kid', KidParam) kid: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<KeyResponse> {
    return this.answer(found(await this.keys.retire(kid, by(operator, body, query))));
  }

  @Post(':kid/compromised')
  @HttpCode(200)
  @RequireRecentSignIn()
  @RequireAdminScope('admin:keys')
  @ApiOperation({
    summary: 'Somebody else may have this key: it leaves the key set at once, and every token it signed ends',
  })
  @ApiOkResponse({ type: CompromisedKeyResponse })
  @ApiBody({ type: CompromisedKeyRequest, required: false })
  async compromised(
    @Param('kid', KidParam) kid: string,
    @Body() body: CompromisedKeyRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<CompromisedKeyResponse> {
    const dryRun = body.dry_run ?? false;
    const ended = dryRun
      ? await this.endings.preview(kid)
      : await this.endings.key(kid, by(operator, body, query));
    return CompromisedKeyResponse.of(kid, dryRun, found(ended));
  }

  private async answer(key: KeyView): Promise<KeyResponse> {
    return KeyResponse.of(key, (await this.endings.living()).get(key.kid) ?? 0);
  }
}
