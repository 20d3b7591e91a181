import { Controller, Get, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { NotByLook, PageErrorFilter, SessionsService, SSO_ACR } from '../sessions/index.js';
import { AccountLinking } from './account-linking.js';
import { IdentityConnections } from './identity-connections.js';
import type { Assertion } from './providers/provider.js';
import { flowOf } from './sso-flow.js';
import { SsoFilter } from './sso.filter.js';
import { SsoCallbackGuard, SsoLinkGuard, SsoStartGuard } from './sso.guard.js';

@Controller('sso')
@UseFilters(PageErrorFilter, SsoFilter)
export class SsoController {
  constructor(
    private readonly linking: AccountLinking,
    private readonly sessions: SessionsService,
    private readonly config: AppConfig,
    private readonly connections: IdentityConnections,
  ) {}

  @Get(':provider')
  @UseGuards(new NotByLook('GET'), SsoStartGuard)
  start(): void {
    // The guard has sent the browser away.
  }

  /** Reached from the account page, whose address carries the proof that its reader asks for it. */
  @Get(':provider/link')
  @UseGuards(new NotByLook('GET'), SsoLinkGuard)
  startLink(): void {
    // The guard has sent the browser away.
  }

  @Get(':provider/callback')
  @UseGuards(new NotByLook('GET, POST'), SsoCallbackGuard)
  async callback(@Req() req: Request, @Res() res: Response): Promise<void> {
    const assertion = req.user as Assertion;
    const { link, returnTo } = flowOf(req);
    if (link) {
      await this.connections.connect(req, link, assertion);
      return res.redirect(303, `${this.config.basePath}/account?done=sign_in_connected`);
    }
    const account = await this.linking.accountFor(assertion);
    const { amr, identity, session, authTime } = assertion;
    const upstream = {
      provider: identity.provider,
      subject: identity.subject,
      ...(session !== undefined && { session }),
    };
    const isIn = await this.sessions.start(req, res, account, {
      acr: SSO_ACR,
      amr,
      upstream,
      ...(authTime && { authTime }),
    });
    const target = isIn ? (returnTo ?? '/account') : '/login?problem=session_expired';
    res.redirect(303, `${this.config.basePath}${target}`);
  }
}
