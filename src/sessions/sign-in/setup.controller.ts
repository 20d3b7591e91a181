import {
  Body,
  Controller,
  Get,
  Post,
  Query,
  Req,
  Res,
  UseFilters,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Exchange } from '../exchange.js';
import { AuthenticatorForms } from '../factors/authenticator-forms.js';
import { personAt } from '../factors/person.js';
import { formPipe } from '../form.pipe.js';
import { localUrl } from '../local-url.js';
import { PageErrorFilter } from '../page-error.filter.js';
import { LocalAccountsGuard } from './local-accounts.guard.js';
import { NewAuthenticatorRequest, NewPasskeyRequest, StepRequest } from './second-step.request.js';
import { SetupPage } from './setup-page.js';
import { SetupWay } from './setup-way.js';

type Query_ = Record<string, unknown>;

/** After a right password, for who has no second factor and needs one now: they set it up and are in. */
@Controller('login/setup')
@UseGuards(LocalAccountsGuard)
@UseFilters(PageErrorFilter)
@UsePipes(formPipe)
export class SetupController {
  constructor(
    private readonly way: SetupWay,
    private readonly page: SetupPage,
    private readonly authenticators: AuthenticatorForms,
  ) {}

  @Get()
  async choose(@Req() req: Request, @Res() res: Response, @Query() { return_to }: Query_): Promise<void> {
    const exchange = { req, res };
    const returnTo = localUrl(return_to);
    const who = await this.way.find(exchange, returnTo);
    if (who) await this.page.choose(exchange, returnTo, this.way.canSkip(who));
  }

  @Post('skip')
  async skip(@Req() req: Request, @Res() res: Response, @Body() body: StepRequest): Promise<void> {
    const exchange = { req, res };
    this.page.verify(exchange, body.csrf);
    const returnTo = localUrl(body.return_to);
    const who = await this.way.find(exchange, returnTo);
    if (!who) return;
    if (this.way.canSkip(who)) return this.way.skip(exchange, who, returnTo);
    await this.page.choose(exchange, returnTo, false);
  }

  @Get('authenticator')
  async app(@Req() req: Request, @Res() res: Response, @Query() { return_to }: Query_): Promise<void> {
    const exchange = { req, res };
    const returnTo = localUrl(return_to);
    const who = await this.way.find(exchange, returnTo);
    if (!who) return;
    const form = await this.authenticators.offer(exchange, personAt(req, who.account));
    this.page.authenticator(exchange, { form, returnTo });
  }

  @Post('authenticator')
  async addApp(
    @Req() req: Request,
    @Res() res: Response,
    @Body() body: NewAuthenticatorRequest,
  ): Promise<void> {
    const exchange = { req, res };
    this.page.verify(exchange, body.csrf);
    const returnTo = localUrl(body.return_to);
    const who = await this.way.find(exchange, returnTo);
    if (!who) return;
    const person = personAt(req, who.account);
    const confirmed = await this.authenticators.confirmed(exchange, person, body);
    if (!confirmed) {
      const form = await this.authenticators.again(exchange, person, body.ticket);
      return this.page.authenticator(exchange, { form, returnTo, problem: 'wrong_code' });
    }
    const codes = await this.way.withAuthenticator(exchange, who, { person, confirmed, returnTo });
    if (codes) this.page.codes(exchange, codes, returnTo);
  }

  @Get('passkey')
  async passkey(@Req() req: Request, @Res() res: Response, @Query() { return_to }: Query_): Promise<void> {
    const exchange = { req, res };
    const returnTo = localUrl(return_to);
    const who = await this.way.find(exchange, returnTo);
    if (who) await this.page.passkey(exchange, personAt(req, who.account), { returnTo });
  }

  @Post('passkey')
  async addPasskey(
    @Req() req: Request,
    @Res() res: Response,
    @Body() body: NewPasskeyRequest,
  ): Promise<void> {
    const exchange: Exchange = { req, res };
    this.page.verify(exchange, body.csrf);
    const returnTo = localUrl(body.return_to);
    const who = await this.way.find(exchange, returnTo);
    if (!who) return;
    const person = personAt(req, who.account);
    if (await this.way.withPasskey(exchange, who, { person, answer: body, returnTo })) return;
    await this.page.passkey(exchange, person, { returnTo, problem: 'passkey_failed' });
  }
}
