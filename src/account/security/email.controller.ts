import { Body, Controller, Get, Post, Req, Res, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { isEmail } from 'class-validator';
import type { Request, Response } from 'express';
import { Pages } from '../../pages/index.js';
import {
  EmailChanges,
  formPipe,
  LocalAccountsGuard,
  PageErrorFilter,
  personAt,
  type Exchange,
} from '../../sessions/index.js';
import { ChangeEmailRequest } from './security.request.js';
import { SecurityVisitor, type SecurityVisit } from './security-visitor.js';

/** Another address; a letter to it decides. */
@Controller('account/security/email')
@UseGuards(LocalAccountsGuard)
@UseFilters(PageErrorFilter)
@UsePipes(formPipe)
export class EmailController {
  constructor(
    private readonly visitor: SecurityVisitor,
    private readonly emails: EmailChanges,
    private readonly pages: Pages,
  ) {}

  @Get()
  async show(@Req() req: Request, @Res() res: Response): Promise<void> {
    const exchange = { req, res };
    const visit = await this.visitor.mayChange(exchange);
    if (!visit) return;
    if (this.emails.areThere) this.send(exchange, visit);
    else this.visitor.done(res);
  }

  @Post()
  async ask(@Req() req: Request, @Res() res: Response, @Body() form: ChangeEmailRequest): Promise<void> {
    const exchange = { req, res };
    const visit = await this.visitor.changes(exchange, form.csrf);
    if (!visit) return;
    if (!this.emails.areThere) return this.visitor.done(res);
    const email = form.email.trim();
    if (!isEmail(email, { require_tld: false })) return this.send(exchange, visit, 'not_an_address');
    await this.emails.ask(personAt(req, visit.who), email);
    this.visitor.done(res, 'email_asked');
  }

  private send(exchange: Exchange, { who }: SecurityVisit, problem?: 'not_an_address'): void {
    const { req, res } = exchange;
    this.pages.send(
      req,
      res,
      {
        page: 'account-email',
        email: who.email,
        ...(problem && { problem }),
        csrf: this.visitor.formToken(exchange),
      },
      { status: problem ? 400 : 200 },
    );
  }
}
