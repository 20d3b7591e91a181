import { Body, Controller, Get, Post, Req, Res, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import type { Request, Response } from 'express';
import { formPipe, LocalAccountsGuard, PageErrorFilter } from '../../sessions/index.js';
import { OwnPasswords } from './own-passwords.js';
import { PasswordPage } from './password-page.js';
import { ChangePasswordRequest } from './security.request.js';
import { SecurityVisitor } from './security-visitor.js';

/** A new password, or the first one. */
@Controller('account/security/password')
@UseGuards(LocalAccountsGuard)
@UseFilters(PageErrorFilter)
@UsePipes(formPipe)
export class PasswordController {
  constructor(
    private readonly visitor: SecurityVisitor,
    private readonly page: PasswordPage,
    private readonly passwords: OwnPasswords,
  ) {}

  @Get()
  async show(@Req() req: Request, @Res() res: Response): Promise<void> {
    const visit = await this.visitor.mayChange({ req, res });
    if (visit) this.page.send({ req, res }, visit, { asksCurrent: this.passwords.asksCurrent(visit) });
  }

  @Post()
  async change(
    @Req() req: Request,
    @Res() res: Response,
    @Body() form: ChangePasswordRequest,
  ): Promise<void> {
    const exchange = { req, res };
    const visit = await this.visitor.changes(exchange, form.csrf);
    if (!visit) return;
    const refusal = await this.passwords.change(req, visit, form);
    if (!refusal) return this.visitor.done(res, 'password_changed');
    if (refusal.retryAfter !== undefined) res.setHeader('Retry-After', refusal.retryAfter);
    this.page.send(exchange, visit, { asksCurrent: this.passwords.asksCurrent(visit), ...refusal });
  }
}
