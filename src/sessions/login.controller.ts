import { Body, Controller, Get, Post, Query, Req, Res, UseFilters, UsePipes } from '@nestjs/common';
import type { Request, Response } from 'express';
import { formPipe } from './form.pipe.js';
import { AppConfig } from '../config/index.js';
import { CredentialCheck } from './credential-check.js';
import { LoginPage } from './login-page.js';
import { LoginRequest } from './login.request.js';
import { PageErrorFilter } from './page-error.filter.js';
import { localUrl } from './local-url.js';
import { SessionsService } from './sessions.service.js';

export const LOCAL_ACR = 'urn:gatehouse:acr:password';

@Controller('login')
@UseFilters(PageErrorFilter)
@UsePipes(formPipe)
export class LoginController {
  constructor(
    private readonly page: LoginPage,
    private readonly credentials: CredentialCheck,
    private readonly sessions: SessionsService,
    private readonly config: AppConfig,
  ) {}

  @Get()
  show(
    @Req() req: Request,
    @Res() res: Response,
    @Query('return_to') returnTo: unknown,
    @Query('problem') problem: unknown,
  ): void {
    const way = localUrl(returnTo);
    this.page.send(req, res, { ...(way && { returnTo: way }), ...(problem === 'sso_failed' && { problem }) });
  }

  @Post()
  async signIn(@Req() req: Request, @Res() res: Response, @Body() form: LoginRequest): Promise<void> {
    this.page.verify(req, form.csrf);
    const returnTo = localUrl(form.return_to);
    const again = { email: form.email, ...(returnTo && { returnTo }) };
    const outcome = await this.credentials.check(form.email, form.password, req.ip ?? '');
    if ('retryAfter' in outcome) {
      res.setHeader('Retry-After', outcome.retryAfter);
      this.page.send(req, res, { ...again, problem: 'throttled' }, 429);
      return;
    }
    if (!outcome.account) {
      this.page.send(req, res, { ...again, problem: 'bad_credentials' }, 401);
      return;
    }
    await this.sessions.start(req, res, outcome.account, { acr: LOCAL_ACR, amr: ['pwd'] });
    res.redirect(303, `${this.config.basePath}${returnTo ?? '/account'}`);
  }
}
