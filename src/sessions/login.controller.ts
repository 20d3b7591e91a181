import { Body, Controller, Get, Post, Query, Req, Res, UseFilters, UsePipes } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { LoginView } from '../pages/index.js';
import { CredentialCheck } from './credential-check.js';
import { formPipe } from './form.pipe.js';
import { HomeRealm } from './home-realm.js';
import { LoginPage } from './login-page.js';
import { LoginRequest } from './login.request.js';
import { PageErrorFilter } from './page-error.filter.js';
import { SignInSteps } from './sign-in/sign-in-steps.js';
import { wishesOf } from './way-href.js';

const MAX_EMAIL = 320;

@Controller('login')
@UseFilters(PageErrorFilter)
@UsePipes(formPipe)
export class LoginController {
  constructor(
    private readonly page: LoginPage,
    private readonly credentials: CredentialCheck,
    private readonly homeRealm: HomeRealm,
    private readonly steps: SignInSteps,
  ) {}

  @Get()
  async show(
    @Req() req: Request,
    @Res() res: Response,
    @Query() query: Record<string, unknown>,
  ): Promise<void> {
    const { problem, login_hint } = query;
    const wishes = wishesOf(query);
    await this.page.send(req, res, {
      ...wishes,
      ...(isProblem(problem) && { problem }),
      ...(query['done'] === 'password_reset' && { notice: 'password_reset' as const }),
      ...(isHint(login_hint) && { email: login_hint }),
      ...(wishes.returnTo && wishes.choose && (await this.present(req, wishes.returnTo))),
    });
  }

  @Post()
  async signIn(@Req() req: Request, @Res() res: Response, @Body() form: LoginRequest): Promise<void> {
    this.page.verify(req, form.csrf);
    if (await this.homeRealm.answers(req, res, form)) return;
    const { returnTo } = wishesOf(form);
    const again = { ...wishesOf(form), email: form.email };
    const outcome = await this.credentials.check(form.email, form.password, req.ip ?? '');
    if ('retryAfter' in outcome) {
      res.setHeader('Retry-After', outcome.retryAfter);
      return this.page.refuse(req, res, { ...again, problem: 'throttled' }, 429);
    }
    if (!outcome.right) return this.page.refuse(req, res, { ...again, problem: 'bad_credentials' }, 401);
    await this.steps.afterPassword({ req, res }, outcome.right, returnTo);
  }

  /** The account that is signed in here already, to go on with. */
  private async present(req: Request, href: string): Promise<Pick<LoginView, 'present'>> {
    const person = await this.steps.whoIsIn(req);
    if (!person) return {};
    return { present: { email: person.email, ...(person.name && { name: person.name }), href } };
  }
}

/** What another page may send somebody back here with. */
const PROBLEMS = ['confirm', 'other_account', 'session_expired', 'sso_failed', 'sso_not_fresh'] as const;
const isProblem = (problem: unknown): problem is (typeof PROBLEMS)[number] =>
  PROBLEMS.some((one) => one === problem);

/** OpenID Connect Core §3.1.2.1 (`login_hint`). What cannot be an address is no help. */
const isHint = (hint: unknown): hint is string =>
  typeof hint === 'string' && hint.length <= MAX_EMAIL && hint.includes('@');
