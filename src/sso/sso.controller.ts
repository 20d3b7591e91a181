import { Controller, Get, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { PageErrorFilter, SessionsService } from '../sessions/index.js';
import { AccountLinking } from './account-linking.js';
import type { Assertion } from './providers/provider.js';
import { flowOf } from './sso-flow.js';
import { SsoFilter } from './sso.filter.js';
import { SsoCallbackGuard, SsoStartGuard } from './sso.guard.js';

export const SSO_ACR = 'urn:gatehouse:acr:sso';

@Controller('sso')
@UseFilters(PageErrorFilter, SsoFilter)
export class SsoController {
  constructor(
    private readonly linking: AccountLinking,
    private readonly sessions: SessionsService,
    private readonly config: AppConfig,
  ) {}

  @Get(':provider')
  @UseGuards(SsoStartGuard)
  start(): void {
    // The guard has sent the browser away.
  }

  @Get(':provider/callback')
  @UseGuards(SsoCallbackGuard)
  async callback(@Req() req: Request, @Res() res: Response): Promise<void> {
    const assertion = req.user as Assertion;
    const account = await this.linking.accountFor(assertion);
    const { amr, identity } = assertion;
    await this.sessions.start(req, res, account, { acr: SSO_ACR, amr, idp: identity.provider });
    res.redirect(303, `${this.config.basePath}${flowOf(req).returnTo ?? '/account'}`);
  }
}
