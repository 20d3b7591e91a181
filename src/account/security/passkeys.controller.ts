import { Body, Controller, Get, Post, Req, Res, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  FactorChanges,
  formPipe,
  LocalAccountsGuard,
  PageErrorFilter,
  PasskeyProofs,
  personAt,
} from '../../sessions/index.js';
import { PasskeyPage } from './passkey-page.js';
import { AddPasskeyRequest, PasskeyIdRequest, RenamePasskeyRequest } from './security.request.js';
import { SecurityVisitor } from './security-visitor.js';

const NOTICES = {
  removed: 'passkey_removed',
  not_there: '',
  last_way_in: 'last_way_in',
  second_step_required: 'second_step_required',
} as const;

/** The passkeys of a person. */
@Controller('account/security/passkeys')
@UseGuards(LocalAccountsGuard)
@UseFilters(PageErrorFilter)
@UsePipes(formPipe)
export class PasskeysController {
  constructor(
    private readonly visitor: SecurityVisitor,
    private readonly page: PasskeyPage,
    private readonly proofs: PasskeyProofs,
    private readonly changes: FactorChanges,
  ) {}

  @Get('new')
  async show(@Req() req: Request, @Res() res: Response): Promise<void> {
    const visit = await this.visitor.mayChange({ req, res });
    if (visit) await this.page.send({ req, res }, visit);
  }

  @Post()
  async add(@Req() req: Request, @Res() res: Response, @Body() form: AddPasskeyRequest): Promise<void> {
    const exchange = { req, res };
    const visit = await this.visitor.changes(exchange, form.csrf);
    if (!visit) return;
    const made = await this.proofs.made(exchange, 'account', form, visit.who.userId);
    if (made && (await this.changes.addPasskey(personAt(req, visit.who), made)))
      return this.visitor.done(res, 'passkey_added');
    await this.page.send(exchange, visit, 'passkey_failed');
  }

  @Post('rename')
  async rename(@Req() req: Request, @Res() res: Response, @Body() form: RenamePasskeyRequest): Promise<void> {
    const visit = await this.visitor.changes({ req, res }, form.csrf);
    if (!visit) return;
    await this.changes.renamePasskey(personAt(req, visit.who), form.id, form.name.trim());
    this.visitor.done(res, 'passkey_renamed');
  }

  @Post('remove')
  async remove(@Req() req: Request, @Res() res: Response, @Body() form: PasskeyIdRequest): Promise<void> {
    const visit = await this.visitor.changes({ req, res }, form.csrf);
    if (!visit) return;
    const outcome = await this.changes.removePasskey(personAt(req, visit.who), form.id);
    this.visitor.done(res, NOTICES[outcome]);
  }
}
