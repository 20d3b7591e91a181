import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { isLocal, WaysIn, type AllWays, type Exchange, type SignedIn } from '../../sessions/index.js';
import { AccountPaths } from '../account-paths.js';
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
    private readonly visitor: AccountVisitor,
    private readonly paths: AccountPaths,
    private readonly ways: WaysIn,
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

  done(res: Response, notice?: string): void {
    this.paths.done(res, HERE, notice);
  }

  toLogin(res: Response): void {
    this.paths.toLogin(res, HERE);
  }

  confirmHref({ who }: SecurityVisit): string {
    return this.paths.confirmHref(who, HERE);
  }

  private orSendAway({ res }: Exchange, visit: SecurityVisit | undefined): SecurityVisit | undefined {
    if (visit?.local && visit.recent) return visit;
    if (!visit) this.toLogin(res);
    else if (!visit.local) this.done(res);
    else this.paths.toConfirm(res, visit.who, HERE);
    return undefined;
  }

  private async visitOf(who: SignedIn): Promise<SecurityVisit> {
    const [ways, recent] = await Promise.all([this.ways.of(who.userId), this.paths.isRecent(who)]);
    return { who, ways, recent, local: isLocal(ways) };
  }
}
