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
import { personAt } from '../factors/person.js';
import { formPipe } from '../form.pipe.js';
import { localUrl } from '../local-url.js';
import { PageErrorFilter } from '../page-error.filter.js';
import { LocalAccountsGuard } from './local-accounts.guard.js';
import { PasskeySteps } from './passkey-steps.js';
import { SecondStepGuesses } from './second-step-guesses.js';
import { SecondStepPage } from './second-step-page.js';
import { CodeRequest, PasskeyRequest } from './second-step.request.js';
import type { HalfSignedIn } from './second-step.js';
import { SecondStepWay } from './second-step-way.js';

type Problem = 'wrong_code' | 'passkey_failed' | 'throttled';

/** What comes after a right password: a code of the app, a recovery code, or a passkey. */
@Controller('login/second')
@UseGuards(LocalAccountsGuard)
@UseFilters(PageErrorFilter)
@UsePipes(formPipe)
export class SecondStepController {
  constructor(
    private readonly way: SecondStepWay,
    private readonly page: SecondStepPage,
    private readonly guesses: SecondStepGuesses,
    private readonly passkeys: PasskeySteps,
  ) {}

  @Get()
  async show(
    @Req() req: Request,
    @Res() res: Response,
    @Query() { return_to }: Record<string, unknown>,
  ): Promise<void> {
    const returnTo = localUrl(return_to);
    const who = await this.way.find({ req, res }, returnTo);
    if (who) await this.send({ req, res }, who, returnTo);
  }

  @Post()
  async code(@Req() req: Request, @Res() res: Response, @Body() form: CodeRequest): Promise<void> {
    const exchange = { req, res };
    this.page.verify(exchange, form.csrf);
    const returnTo = localUrl(form.return_to);
    const who = await this.way.find(exchange, returnTo);
    if (!who) return;
    const outcome = await this.guesses.guess(who, personAt(req, who.account), form.code);
    if ('proof' in outcome) return this.way.finish(exchange, who, { proof: outcome.proof, returnTo });
    if ('wrong' in outcome) return this.send(exchange, who, returnTo, { problem: 'wrong_code', status: 401 });
    res.setHeader('Retry-After', outcome.retryAfter);
    await this.send(exchange, who, returnTo, { problem: 'throttled', status: 429 });
  }

  @Post('passkey')
  async passkey(@Req() req: Request, @Res() res: Response, @Body() form: PasskeyRequest): Promise<void> {
    const exchange = { req, res };
    this.page.verify(exchange, form.csrf);
    const returnTo = localUrl(form.return_to);
    const who = await this.way.find(exchange, returnTo);
    if (!who) return;
    const outcome = await this.passkeys.second(exchange, form, who);
    if ('proof' in outcome) return this.way.finish(exchange, who, { proof: outcome.proof, returnTo });
    await this.guesses.failed(personAt(req, who.account), outcome.refusal, {
      result: 'denied',
      httpStatus: 401,
    });
    await this.send(exchange, who, returnTo, { problem: 'passkey_failed', status: 401 });
  }

  private async send(
    exchange: Exchange,
    who: HalfSignedIn,
    returnTo: string | undefined,
    refusal?: { problem: Problem; status: number },
  ): Promise<void> {
    const offers = await this.way.offers(who, returnTo);
    await this.page.send(exchange, who, { returnTo, offers, ...refusal });
  }
}
