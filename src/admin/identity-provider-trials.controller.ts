import { Body, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ProviderTrials } from '../sso/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { NewIdentityProviderRequest } from './identity-providers.request.js';
import { ProviderTrialResponse } from './identity-providers.response.js';
import { ProviderIdParam } from './ids.js';
import { OnlyReads } from './repeat-safety.js';
import { RequireAdminScope } from './require-admin-scope.js';

@AdminController('identity-providers')
export class IdentityProviderTrialsController {
  constructor(private readonly trials: ProviderTrials) {}

  @Post('test')
  @HttpCode(200)
  @OnlyReads()
  @RequireAdminScope('admin:settings')
  @ApiOperation({
    summary: 'Try a provider before it is set up: nothing is saved, and nobody can sign in by it',
  })
  @ApiOkResponse({ type: ProviderTrialResponse })
  async unsaved(@Body() { id, settings }: NewIdentityProviderRequest): Promise<ProviderTrialResponse> {
    return ProviderTrialResponse.of(await this.trials.runUnsaved(id, settings));
  }

  @Post(':id/test')
  @HttpCode(200)
  @OnlyReads()
  @RequireAdminScope('admin:settings')
  @ApiOperation({ summary: 'Try everything at a provider that can be tried without a person' })
  @ApiOkResponse({ type: ProviderTrialResponse })
  async saved(@Param('id', ProviderIdParam) id: string): Promise<ProviderTrialResponse> {
    return ProviderTrialResponse.of(found(await this.trials.run(id)));
  }
}
