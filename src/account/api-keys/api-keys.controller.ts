import { Body, Controller, Get, Post, Query, Req, Res, UseFilters, UsePipes } from '@nestjs/common';
import type { Request, Response } from 'express';
import { formPipe, PageErrorFilter } from '../../sessions/index.js';
import { AccountPaths } from '../account-paths.js';
import { AccountVisitor } from '../account-visitor.js';
import { ApiKeysPage } from './api-keys-page.js';
import { ApiKeysQuery, MakeApiKeyRequest, RevokeApiKeyRequest } from './api-keys.request.js';
import { OwnApiKeys } from './own-api-keys.js';

/** Where a person makes and ends API keys of their own. */
@Controller('account/api-keys')
@UseFilters(PageErrorFilter)
@UsePipes(formPipe)
export class OwnApiKeysController {
  constructor(
    private readonly visitor: AccountVisitor,
    private readonly page: ApiKeysPage,
    private readonly own: OwnApiKeys,
    private readonly paths: AccountPaths,
  ) {}

  @Get()
  async show(@Req() req: Request, @Res() res: Response, @Query() { done }: ApiKeysQuery): Promise<void> {
    const person = await this.visitor.find(req);
    if (person) await this.page.send({ req, res }, person, done && { notice: done });
    else this.page.toLogin(res);
  }

  @Post()
  async make(@Req() req: Request, @Res() res: Response, @Body() form: MakeApiKeyRequest): Promise<void> {
    const exchange = { req, res };
    const person = await this.visitor.expect(req, form.csrf);
    if (!(await this.paths.isRecent(person))) return this.page.toConfirm(res, person);
    const { scope: scopes = [], days } = form;
    const name = form.name.trim();
    const made = await this.own.make(person, { name, scopes, days: Number(days) });
    if ('problem' in made) await this.page.send(exchange, person, made);
    else this.page.sendMade(exchange, name, made.key);
  }

  @Post('revoke')
  async revoke(@Req() req: Request, @Res() res: Response, @Body() form: RevokeApiKeyRequest): Promise<void> {
    const person = await this.visitor.expect(req, form.csrf);
    this.page.done(res, (await this.own.revoke(person, form.id)) ? 'revoked' : undefined);
  }
}
