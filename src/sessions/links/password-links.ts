import { GoneException, Injectable } from '@nestjs/common';
import { passwordMark } from '../../users/index.js';
import type { Exchange } from '../exchange.js';
import { SignInSteps } from '../sign-in/sign-in-steps.js';
import { LinkPage } from './link-page.js';
import { LinkUses } from './link-uses.js';
import type { LinkVisit } from './link-visit.js';
import { Passwords } from './passwords.js';

/** Links by which somebody chooses a password: the first one, or a new one. */
@Injectable()
export class PasswordLinks {
  constructor(
    private readonly passwords: Passwords,
    private readonly uses: LinkUses,
    private readonly page: LinkPage,
    private readonly steps: SignInSteps,
  ) {}

  /** Signs nobody in: who has a second step shows it at the sign-in that follows. */
  async reset(exchange: Exchange, visit: LinkVisit, password: string): Promise<void> {
    const hash = await this.prepared(exchange, visit, password);
    if (hash === undefined) return;
    if (!(await this.uses.reset(visit.person, visit.token, hash))) throw new GoneException();
    this.steps.go(exchange, '/login', '/account/security', { done: 'password_reset' });
  }

  async accept(exchange: Exchange, visit: LinkVisit, password: string): Promise<void> {
    const hash = await this.prepared(exchange, visit, password);
    if (hash === undefined) return;
    const { person, token, account } = visit;
    const isDone = await this.uses.accept(person, token, async (tx) => {
      await this.uses.setPassword(tx, person, hash);
      return true;
    });
    if (!isDone) throw new GoneException();
    await this.steps.afterPassword(exchange, { account, mark: passwordMark(hash) }, undefined);
  }

  /** The hash; `undefined` when the page was shown again with what is wrong. */
  private async prepared(
    exchange: Exchange,
    visit: LinkVisit,
    password: string,
  ): Promise<string | undefined> {
    const outcome = await this.passwords.prepare(password, visit.person);
    if ('hash' in outcome) return outcome.hash;
    await this.page.password(exchange, visit.person, { ...visit, problem: outcome.problem });
    return undefined;
  }
}
