import { Body, Controller, Get, Post, Req, Res, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { IsOptional, IsString, MaxLength, NotContains } from 'class-validator';
import type { Request, Response } from 'express';
import { Pages, type ForgotPasswordView } from '../../pages/index.js';
import { Csrf } from '../csrf.js';
import { languageOf } from '../factors/person.js';
import { formPipe } from '../form.pipe.js';
import { PageErrorFilter } from '../page-error.filter.js';
import { LocalAccountsGuard } from '../sign-in/local-accounts.guard.js';
import { PasswordResets } from './password-resets.js';

const PURPOSE = 'forgot';

export class ForgotRequest {
  @IsString() @MaxLength(320) @NotContains('\0') email!: string;
  @IsOptional() @IsString() @MaxLength(200) csrf?: string;
}

/** Asks for a link to choose a new password. The answer says nothing about who there is. */
@Controller('login/forgot')
@UseGuards(LocalAccountsGuard)
@UseFilters(PageErrorFilter)
@UsePipes(formPipe)
export class ForgotController {
  constructor(
    private readonly resets: PasswordResets,
    private readonly pages: Pages,
    private readonly csrf: Csrf,
  ) {}

  @Get()
  show(@Req() req: Request, @Res() res: Response): void {
    this.send(req, res, { state: this.resets.areThere ? 'ask' : 'off' });
  }

  @Post()
  async ask(
    @Req() req: Request,
    @Res() res: Response,
    @Body() { email, csrf }: ForgotRequest,
  ): Promise<void> {
    this.csrf.verify(req, PURPOSE, csrf);
    if (!this.resets.areThere) return this.send(req, res, { state: 'off' });
    const retryAfter = await this.resets.refusal(req.ip ?? '');
    if (retryAfter !== undefined) {
      res.setHeader('Retry-After', retryAfter);
      return this.send(req, res, { state: 'ask', email, problem: 'throttled' }, 429);
    }
    await this.resets.ask(email, languageOf(req));
    this.send(req, res, { state: 'sent' });
  }

  private send(
    req: Request,
    res: Response,
    view: Pick<ForgotPasswordView, 'state' | 'email' | 'problem'>,
    status = 200,
  ): void {
    const csrf = this.csrf.token(req, res, PURPOSE);
    this.pages.send(req, res, { page: 'forgot-password', ...view, csrf }, { status });
  }
}
