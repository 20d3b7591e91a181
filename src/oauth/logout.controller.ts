import { Controller, Get, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Pages } from '../pages/index.js';
import { Csrf, PageErrorFilter, SessionsService } from '../sessions/index.js';
import { Params } from './params.js';

/** The forms of `/account` post here too. */
const PURPOSE = 'account';

/** OpenID Connect RP-Initiated Logout §2: without a proof of who asks, the person is asked first. */
@Controller('oauth2/logout')
@UseFilters(PageErrorFilter)
export class LogoutController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly pages: Pages,
    private readonly csrf: Csrf,
  ) {}

  @Get()
  async ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    const person = await this.sessions.resolve(req);
    if (!person) return this.pages.send(req, res, { page: 'signed-out' });
    this.pages.send(req, res, {
      page: 'logout',
      email: person.email,
      hidden: {},
      csrf: this.csrf.token(req, res, PURPOSE),
    });
  }

  @Post()
  async signOut(@Req() req: Request, @Res() res: Response): Promise<void> {
    const token = Params.from(req.body).get('csrf');
    this.csrf.verify(req, PURPOSE, token);
    await this.sessions.signOut(req, res);
    this.pages.send(req, res, { page: 'signed-out' });
  }
}
