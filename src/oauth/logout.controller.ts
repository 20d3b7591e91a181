import { Controller, Get, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { NotByLook, PageErrorFilter } from '../sessions/index.js';
import { LogoutAnswers } from './logout/logout-answers.js';
import {
  LOGOUT_PARAMETERS,
  LogoutRequests,
  type LogoutRequest,
  type LogoutTarget,
} from './logout/logout-request.js';
import { SignOut } from './logout/sign-out.js';
import { Params } from './params.js';

/**
 * OpenID Connect RP-Initiated Logout 1.0 §2, and the sign-out button of our own pages. Without a proof of who asks, the
 * person is asked first.
 */
@Controller('oauth2/logout')
@UseFilters(PageErrorFilter)
export class LogoutController {
  constructor(
    private readonly config: AppConfig,
    private readonly requests: LogoutRequests,
    private readonly answers: LogoutAnswers,
    private readonly browser: SignOut,
  ) {}

  @Get()
  @UseGuards(new NotByLook('GET, POST'))
  async get(@Req() req: Request, @Res() res: Response): Promise<void> {
    await this.answer(req, res, await this.requests.read(Params.from(req.query)));
  }

  @Post()
  async post(@Req() req: Request, @Res() res: Response): Promise<void> {
    const params = Params.from(req.body);
    const asked = LOGOUT_PARAMETERS.filter((name) => params.all(name).length > 0);
    const request = await this.requests.read(params);
    if (params.get('csrf') !== undefined || asked.length === 0) {
      this.answers.expectOwnForm(req, params.get('csrf'));
      return this.signOut(req, res, request.target);
    }
    if (!isFromElsewhere(req, this.config.origin)) return this.answer(req, res, request);
    // Browsers send our cookie with a GET from another site, and not with its form.
    const query = new URLSearchParams(asked.map((name): [string, string] => [name, params.require(name)]));
    res.redirect(303, `${this.config.basePath}/oauth2/logout?${query.toString()}`);
  }

  private async answer(req: Request, res: Response, { hint, target }: LogoutRequest): Promise<void> {
    const person = await this.browser.person(req);
    if (person) {
      if (hint && (await this.browser.isOf(person, hint))) return this.signOut(req, res, target);
      return this.answers.ask(req, res, person, target);
    }
    // Whoever registered a client may choose where it leads; the person decides whether to follow.
    const trusted = hint !== undefined || target?.client.trustState === 'approved';
    if (target && trusted) this.answers.back(res, target);
    else this.answers.done(req, res, target);
  }

  private async signOut(req: Request, res: Response, target: LogoutTarget | undefined): Promise<void> {
    await this.browser.signOut(req, res);
    if (target) this.answers.back(res, target);
    else this.answers.done(req, res);
  }
}

function isFromElsewhere({ headers }: Request, origin: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin';
  return headers.origin !== undefined && headers.origin !== origin;
}
