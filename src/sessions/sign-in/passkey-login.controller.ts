import { Body, Controller, Post, Req, Res, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import type { Request, Response } from 'express';
import { formPipe } from '../form.pipe.js';
import { localUrl } from '../local-url.js';
import { LoginPage } from '../login-page.js';
import { PageErrorFilter } from '../page-error.filter.js';
import { LocalAccountsGuard } from './local-accounts.guard.js';
import { PasskeySteps } from './passkey-steps.js';
import { PasskeyRequest } from './second-step.request.js';
import { SignInSteps } from './sign-in-steps.js';

/** Signing in with a passkey alone. */
@Controller('login/passkey')
@UseGuards(LocalAccountsGuard)
@UseFilters(PageErrorFilter)
@UsePipes(formPipe)
export class PasskeyLoginController {
  constructor(
    private readonly page: LoginPage,
    private readonly passkeys: PasskeySteps,
    private readonly steps: SignInSteps,
  ) {}

  @Post()
  async signIn(@Req() req: Request, @Res() res: Response, @Body() form: PasskeyRequest): Promise<void> {
    this.page.verify(req, form.csrf);
    const returnTo = localUrl(form.return_to);
    const outcome = await this.passkeys.first({ req, res }, form);
    if ('refusal' in outcome)
      return this.page.refuse(req, res, { ...(returnTo && { returnTo }), problem: 'passkey_failed' }, 401);
    const { account, proof } = outcome;
    await this.steps.letIn({ req, res }, account, { proof, returnTo });
  }
}
