import { Body, Controller, Post, Req, Res, UseFilters, UsePipes } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { formPipe, PageErrorFilter, RecentSignIn } from '../sessions/index.js';
import { accountUrl } from './account-url.js';
import { AccountVisitor } from './account-visitor.js';
import { DisconnectRequest } from './account.request.js';
import { Disconnections } from './disconnections.js';

/** Where a person takes away a service through which they sign in. */
@Controller('account/sign-ins')
@UseFilters(PageErrorFilter)
@UsePipes(formPipe)
export class SignInsController {
  constructor(
    private readonly config: AppConfig,
    private readonly visitor: AccountVisitor,
    private readonly disconnections: Disconnections,
    private readonly recent: RecentSignIn,
  ) {}

  @Post('disconnect')
  async disconnect(
    @Req() req: Request,
    @Res() res: Response,
    @Body() form: DisconnectRequest,
  ): Promise<void> {
    const person = await this.visitor.expect(req, form.csrf);
    const outcome = (await this.recent.isOf(person))
      ? await this.disconnections.disconnect(person, form.identity_id)
      : 'not_fresh';
    if (typeof outcome !== 'string')
      res.redirect(303, accountUrl(this.config, 'sign_in_disconnected', { provider: outcome.provider }));
    else res.redirect(303, accountUrl(this.config, outcome === 'not_there' ? undefined : outcome));
  }
}
