import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { Pages } from '../pages/index.js';
import { isAuthoritative } from '../users/index.js';
import type { Exchange } from './exchange.js';
import { LoginPage } from './login-page.js';
import type { LoginRequest } from './login.request.js';
import { SignInWays, type SignInWay } from './sign-in-ways.js';
import { wayHref, wishesOf } from './way-href.js';

/** Leads people by the domain of their address to the sign-in of their organisation; who they are plays no part. */
@Injectable()
export class HomeRealm implements OnApplicationBootstrap {
  constructor(
    private readonly config: AppConfig,
    private readonly ways: SignInWays,
    private readonly pages: Pages,
    private readonly page: LoginPage,
  ) {}

  /** There is no exception for anybody; whoever runs the server should know before they need the password. */
  async onApplicationBootstrap(): Promise<void> {
    const { adminEmail } = this.config.bootstrap;
    const way = await this.onlyWayOf(adminEmail);
    if (way)
      new Logger('sessions').warn(
        `policies.domainSignIn is provider: ${adminEmail} signs in through ${way.id} only, and no password of theirs is taken`,
      );
  }

  /** The way of the organisation that this address belongs to. */
  async wayOf(email: string): Promise<SignInWay | undefined> {
    return (await this.ways.list()).find(({ domains }) => isAuthoritative(domains, email));
  }

  /** The same where it is the only way for them (`policies.domainSignIn`). */
  async onlyWayOf(email: string): Promise<SignInWay | undefined> {
    return this.config.policies.domainSignIn === 'provider' ? this.wayOf(email) : undefined;
  }

  /**
   * Answers whoever comes with a link to choose a way in of their own and is to have none; `false`: it goes on. The
   * provider may have come to speak for their domain after the letter was sent.
   */
  async answersLink(req: Request, res: Response, email: string): Promise<boolean> {
    const way = await this.onlyWayOf(email);
    if (way) this.lead({ req, res }, way, { email }, 403);
    return way !== undefined;
  }

  /** Answers a sign-in that is not to be done here; `false`: it goes on with the password. */
  async answers(req: Request, res: Response, form: LoginRequest): Promise<boolean> {
    const byAddress = form.way === 'address' || form.password === '' || !this.config.policies.localAccounts;
    const way = byAddress ? await this.wayOf(form.email) : await this.onlyWayOf(form.email);
    if (way) this.lead({ req, res }, way, form);
    else if (byAddress) await this.askAgain(req, res, form);
    return way !== undefined || byAddress;
  }

  /**
   * By a page, not by a redirect: `form-action` would judge every address that the provider sends the browser on to.
   */
  private lead(
    { req, res }: Exchange,
    way: SignInWay,
    form: Pick<LoginRequest, 'email'> & Partial<LoginRequest>,
    status = 200,
  ): void {
    const href = wayHref(way.id, { ...wishesOf(form), loginHint: form.email.trim() });
    res.setHeader('Refresh', `0; url=${this.config.basePath}${href}`);
    this.pages.send(req, res, { page: 'continue', label: way.label, href }, { status });
  }

  private async askAgain(req: Request, res: Response, form: LoginRequest): Promise<void> {
    const couldBePassword = form.way !== 'address' && this.config.policies.localAccounts;
    const problem = couldBePassword ? 'password_missing' : 'unknown_domain';
    await this.page.send(req, res, { ...wishesOf(form), email: form.email, problem }, 401);
  }
}
