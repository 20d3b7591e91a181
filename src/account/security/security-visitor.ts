import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { AppConfig } from '../../config/index.js';
import {
  isLocal,
  RecentSignIn,
  WaysIn,
  type AllWays,
  type Exchange,
  type SignedIn,
} from '../../sessions/index.js';
import { AccountVisitor } from '../account-visitor.js';

/** Somebody who looks at how they sign in. */
export interface SecurityVisit {
  readonly who: SignedIn;
  readonly ways: AllWays;
  /** Signed in a moment ago, by more than a password where there is more. */
  readonly recent: boolean;
  /** Has a way in of this server’s own. */
  readonly local: boolean;
}

const HERE = '/account/security';

/** Who is at the pages about sign-in, and whether they may change something. */
@Injectable()
export class SecurityVisitor {
  constructor(
    private readonly config: AppConfig,
    private readonly visitor: AccountVisitor,
    private readonly ways: WaysIn,
    private readonly recentSignIn: RecentSignIn,
  ) {}

  formToken({ req, res }: Exchange): string {
    return this.visitor.formToken(req, res);
  }

  async find({ req }: Exchange): Promise<SecurityVisit | undefined> {
    const who = await this.visitor.find(req);
    return who && this.visitOf(who);
  }

  /** Whoever may change something now; anybody else is sent to where they can come to that. */
  async mayChange(exchange: Exchange): Promise<SecurityVisit | undefined> {
    return this.orSendAway(exchange, await this.find(exchange));
  }

  /**
   * The same for a form.
   * @throws ForbiddenException when nobody is signed in or the form was not given to this browser
   */
  async changes(exchange: Exchange, csrf: unknown): Promise<SecurityVisit | undefined> {
    const who = await this.visitor.expect(exchange.req, csrf);
    return this.orSendAway(exchange, await this.visitOf(who));
  }

  /** Back to the page, with what was done. */
  done(res: Response, notice?: string): void {
    res.redirect(303, `${this.config.basePath}${HERE}${notice ? `?done=${notice}` : ''}`);
  }

  toLogin(res: Response): void {
    const query = new URLSearchParams({ return_to: HERE }).toString();
    res.redirect(303, `${this.config.basePath}/login?${query}`);
  }

  /** Local path without the base path: a new sign-in, and back. An identity provider is asked for one, too. */
  confirmHref({ who }: SecurityVisit): string {
    const query = new URLSearchParams({
      problem: 'confirm',
      login_hint: who.email,
      max_age: String(this.recentSignIn.maxAge),
      return_to: HERE,
    });
    return `/login?${query.toString()}`;
  }

  private orSendAway({ res }: Exchange, visit: SecurityVisit | undefined): SecurityVisit | undefined {
    if (visit?.local && visit.recent) return visit;
    if (!visit) this.toLogin(res);
    else if (!visit.local) this.done(res);
    else res.redirect(303, `${this.config.basePath}${this.confirmHref(visit)}`);
    return undefined;
  }

  private async visitOf(who: SignedIn): Promise<SecurityVisit> {
    const [ways, recent] = await Promise.all([this.ways.of(who.userId), this.recentSignIn.isOf(who)]);
    return { who, ways, recent, local: isLocal(ways) };
  }
}
