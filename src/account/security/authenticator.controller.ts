import { Body, Controller, Get, Post, Req, Res, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  AuthenticatorForms,
  FactorChanges,
  formPipe,
  LocalAccountsGuard,
  PageErrorFilter,
  personAt,
} from '../../sessions/index.js';
import { AuthenticatorPage } from './authenticator-page.js';
import { AddAuthenticatorRequest, ConfirmRequest } from './security.request.js';
import { SecurityVisitor } from './security-visitor.js';

const NOTICES = {
  removed: 'authenticator_removed',
  not_there: '',
  last_way_in: 'last_way_in',
  second_step_required: 'second_step_required',
} as const;

/** The authenticator app of a person, and the codes that stand in for it. */
@Controller('account/security')
@UseGuards(LocalAccountsGuard)
@UseFilters(PageErrorFilter)
@UsePipes(formPipe)
export class AuthenticatorController {
  constructor(
    private readonly visitor: SecurityVisitor,
    private readonly page: AuthenticatorPage,
    private readonly forms: AuthenticatorForms,
    private readonly changes: FactorChanges,
  ) {}

  @Get('authenticator/new')
  async show(@Req() req: Request, @Res() res: Response): Promise<void> {
    const exchange = { req, res };
    const visit = await this.visitor.mayChange(exchange);
    if (!visit) return;
    // It comes after a password; without one there is nothing for it to come after.
    if (!visit.ways.password) return this.visitor.done(res);
    this.page.ask(exchange, await this.forms.offer(exchange, personAt(req, visit.who)));
  }

  @Post('authenticator')
  async add(@Req() req: Request, @Res() res: Response, @Body() form: AddAuthenticatorRequest): Promise<void> {
    const exchange = { req, res };
    const visit = await this.visitor.changes(exchange, form.csrf);
    if (!visit) return;
    if (!visit.ways.password) return this.visitor.done(res);
    const person = personAt(req, visit.who);
    const confirmed = await this.forms.confirmed(exchange, person, form);
    if (!confirmed)
      return this.page.ask(exchange, await this.forms.again(exchange, person, form.ticket), 'wrong_code');
    const codes = await this.changes.addAuthenticator(person, confirmed);
    this.page.codes(exchange, codes ?? []);
  }

  @Post('authenticator/remove')
  async remove(@Req() req: Request, @Res() res: Response, @Body() form: ConfirmRequest): Promise<void> {
    const visit = await this.visitor.changes({ req, res }, form.csrf);
    if (!visit) return;
    const outcome = await this.changes.removeAuthenticator(personAt(req, visit.who));
    this.visitor.done(res, NOTICES[outcome]);
  }

  @Post('recovery-codes')
  async renew(@Req() req: Request, @Res() res: Response, @Body() form: ConfirmRequest): Promise<void> {
    const exchange = { req, res };
    const visit = await this.visitor.changes(exchange, form.csrf);
    if (!visit) return;
    const { password, authenticator, passkeys } = visit.ways;
    if (!password || !(authenticator || passkeys > 0)) return this.visitor.done(res);
    this.page.codes(exchange, await this.changes.renewCodes(personAt(req, visit.who)));
  }
}
