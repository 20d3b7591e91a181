import {
  Body,
  Controller,
  Get,
  Param,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { formPipe } from '../form.pipe.js';
import { PageErrorFilter } from '../page-error.filter.js';
import { LocalAccountsGuard } from '../sign-in/local-accounts.guard.js';
import { PasskeyRequest } from '../sign-in/second-step.request.js';
import { LinkPage } from './link-page.js';
import { LinkReader } from './link-reader.js';
import { LinkRequest } from './link.request.js';
import { LinkVisits } from './link-visits.js';
import { PasskeyLinks } from './passkey-links.js';

/** Where the links of letters lead. The token in the path is in no log; see `loggedPath`. */
@Controller('link/:token')
@UseGuards(LocalAccountsGuard)
@UseFilters(PageErrorFilter)
@UsePipes(formPipe)
export class LinkController {
  constructor(
    private readonly reader: LinkReader,
    private readonly visits: LinkVisits,
    private readonly passkeys: PasskeyLinks,
    private readonly page: LinkPage,
  ) {}

  @Get()
  async show(@Req() req: Request, @Res() res: Response, @Param('token') token: string): Promise<void> {
    const exchange = { req, res };
    const visit = await this.reader.read(exchange, token);
    if (visit) await this.visits.show(exchange, visit);
  }

  @Post()
  async use(
    @Req() req: Request,
    @Res() res: Response,
    @Param('token') token: string,
    @Body() form: LinkRequest,
  ): Promise<void> {
    const exchange = { req, res };
    this.page.verify(exchange, token, form.csrf);
    const visit = await this.reader.read(exchange, token);
    if (visit) await this.visits.use(exchange, visit, form.password ?? '');
  }

  @Post('passkey')
  async passkey(
    @Req() req: Request,
    @Res() res: Response,
    @Param('token') token: string,
    @Body() form: PasskeyRequest,
  ): Promise<void> {
    const exchange = { req, res };
    this.page.verify(exchange, token, form.csrf);
    const visit = await this.reader.read(exchange, token);
    if (!visit || (await this.passkeys.accept(exchange, visit, form))) return;
    await this.page.password(exchange, visit.person, { ...visit, problem: 'passkey_failed' });
  }
}
