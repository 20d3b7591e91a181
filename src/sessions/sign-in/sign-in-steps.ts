import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AppConfig } from '../../config/index.js';
import type { Account } from '../../users/index.js';
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

  async afterPassword(exchange: Exchange, account: Account, returnTo: string | undefined): Promise<void> {
    const need = await this.needs.afterPassword(account, returnTo);
    if (need === 'nothing')
      return this.letIn(exchange, account, { proof: { acr: PASSWORD_ACR, amr: ['pwd'] }, returnTo });
    await this.second.begin(exchange, account);
    this.go(exchange, PAGES[need], returnTo);
  }

  async letIn(
    { req, res }: Exchange,
    account: Account,
    { proof, returnTo }: { proof: Proof; returnTo: string | undefined },
  ): Promise<void> {
    await this.sessions.start(req, res, account, proof);
    res.redirect(303, this.target(returnTo));
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
