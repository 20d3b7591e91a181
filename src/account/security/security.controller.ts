import { Controller, Get, Query, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { LocalAccountsGuard, PageErrorFilter } from '../../sessions/index.js';
import { SecurityPage } from './security-page.js';
import { SecurityVisitor } from './security-visitor.js';

/** How a person signs in, and the way to change it. */
@Controller('account/security')
@UseGuards(LocalAccountsGuard)
@UseFilters(PageErrorFilter)
export class SecurityController {
  constructor(
    private readonly visitor: SecurityVisitor,
    private readonly page: SecurityPage,
  ) {}

  @Get()
  async show(
    @Req() req: Request,
    @Res() res: Response,
    @Query() { done }: Record<string, unknown>,
  ): Promise<void> {
    const visit = await this.visitor.find({ req, res });
    if (visit) await this.page.send({ req, res }, visit, done);
    else this.visitor.toLogin(res);
  }
}
