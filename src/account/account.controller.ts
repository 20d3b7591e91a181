import { Body, Controller, Get, Post, Query, Req, Res, UseFilters, UsePipes } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { Endings } from '../oauth/index.js';
import { formPipe, PageErrorFilter } from '../sessions/index.js';
import { accountUrl } from './account-url.js';
import { AccountPage } from './account-page.js';
import { EndAppRequest, EndEverythingRequest, EndSessionRequest } from './account.request.js';
import { AccountVisitor } from './account-visitor.js';

/** Where a person sees and ends what they allowed. */
@Controller('account')
@UseFilters(PageErrorFilter)
@UsePipes(formPipe)
export class AccountController {
  constructor(
    private readonly config: AppConfig,
    private readonly visitor: AccountVisitor,
    private readonly page: AccountPage,
    private readonly endings: Endings,
  ) {}

  @Get()
  async show(
    @Req() req: Request,
    @Res() res: Response,
    @Query() query: Record<string, unknown>,
  ): Promise<void> {
    const person = await this.visitor.find(req);
    if (!person) return this.toLogin(res);
    await this.page.send(req, res, person, query);
  }

  @Post('apps/end')
  async endApp(@Req() req: Request, @Res() res: Response, @Body() form: EndAppRequest): Promise<void> {
    const person = await this.visitor.expect(req, form.csrf);
    const ended = await this.endings.app(person.userId, form.client_id, {
      actor: { type: 'user', id: person.userId },
      reason: 'ended_by_person',
    });
    res.redirect(303, accountUrl(this.config, ended ? 'app_ended' : undefined, { app: form.client_id }));
  }

  @Post('sessions/end')
  async endSession(
    @Req() req: Request,
    @Res() res: Response,
    @Body() form: EndSessionRequest,
  ): Promise<void> {
    const person = await this.visitor.expect(req, form.csrf);
    const own = await this.visitor.owns(person, form.session_id);
    if (own)
      await this.endings.session(form.session_id, {
        actor: { type: 'user', id: person.userId },
        reason: 'ended_by_person',
      });
    res.redirect(303, accountUrl(this.config, own ? 'session_ended' : undefined));
  }

  @Post('end-all')
  async endAll(@Req() req: Request, @Res() res: Response, @Body() form: EndEverythingRequest): Promise<void> {
    const person = await this.visitor.expect(req, form.csrf);
    await this.endings.user(person.userId, {
      actor: { type: 'user', id: person.userId },
      reason: 'ended_by_person',
    });
    res.redirect(303, accountUrl(this.config, 'all_ended'));
  }

  private toLogin(res: Response): void {
    res.redirect(303, `${this.config.basePath}/login?return_to=%2Faccount`);
  }
}
