import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AppConfig } from '../../config/index.js';
import type { Account, Authenticated } from '../../users/index.js';
import { PASSWORD_ACR } from '../acr.js';
import type { Exchange } from '../exchange.js';
import { SessionsService, type Proof } from '../sessions.service.js';
import type { SignedIn } from '../signed-in.js';
import { SecondStep } from './second-step.js';
import { SignInNeeds } from './sign-in-needs.js';

const PAGES = { second_step: '/login/second', setup: '/login/setup' } as const;

/** Where a person goes who has shown something; the one place that decides whether it was enough. */
@Injectable()
export class SignInSteps {
  constructor(
    private readonly config: AppConfig,
    private readonly needs: SignInNeeds,
    private readonly second: SecondStep,
    private readonly sessions: SessionsService,
  ) {}

  async afterPassword(exchange: Exchange, right: Authenticated, returnTo: string | undefined): Promise<void> {
    const { account, mark } = right;
    const need = await this.needs.afterPassword(account, returnTo);
    if (need === 'nothing')
      return this.letIn(exchange, account, {
        proof: { acr: PASSWORD_ACR, amr: ['pwd'], basis: { mark } },
        returnTo,
      });
    this.second.begin(exchange, right);
    this.go(exchange, PAGES[need], returnTo);
  }

  async letIn(
    exchange: Exchange,
    account: Account,
    { proof, returnTo }: { proof: Proof; returnTo: string | undefined },
  ): Promise<void> {
    const { req, res } = exchange;
    if (await this.sessions.start(req, res, account, proof)) res.redirect(303, this.target(returnTo));
    else this.anew(exchange, returnTo);
  }

  /** Too much time has passed, or something else has come in between. */
  anew(exchange: Exchange, returnTo: string | undefined): void {
    this.go(exchange, '/login', returnTo, { problem: 'session_expired' });
  }

  /** Somebody who is signed in at this browser already. */
  whoIsIn(req: Request): Promise<SignedIn | undefined> {
    return this.sessions.resolve(req);
  }

  /** To a page of the sign-in, which goes on to `returnTo`. */
  go({ res }: Exchange, page: string, returnTo: string | undefined, more: Record<string, string> = {}): void {
    const query = new URLSearchParams({ ...more, ...(returnTo && { return_to: returnTo }) }).toString();
    res.redirect(303, `${this.config.basePath}${page}${query && '?'}${query}`);
  }

  target(returnTo: string | undefined): string {
    return `${this.config.basePath}${returnTo ?? '/account'}`;
  }
}
