import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import type { LoginView } from '../pages/index.js';
import type { Exchange } from './exchange.js';
import { LocalWays } from './sign-in/local-ways.js';
import { SignInReasons } from './sign-in-reasons.js';
import { SignInWays } from './sign-in-ways.js';
import { wayHref, type WayWishes } from './way-href.js';

export interface Surroundings {
  readonly view: Pick<
    LoginView,
    'appName' | 'providers' | 'byAddress' | 'localAccounts' | 'hidden' | 'passkey' | 'canReset' | 'asks'
  >;
  /** Where the redirects that follow the form may end up. */
  readonly formTargets: readonly string[];
}

/** What the sign-in page is for, and which other ways in it offers. */
@Injectable()
export class LoginSurroundings {
  constructor(
    private readonly config: AppConfig,
    private readonly reasons: SignInReasons,
    private readonly ways: SignInWays,
    private readonly local: LocalWays,
  ) {}

  async of(exchange: Exchange, wishes: WayWishes): Promise<Surroundings> {
    const [reason, ways] = [await this.reasons.of(wishes.returnTo), await this.ways.list()];
    const { maxAge, choose } = wishes;
    return {
      view: {
        ...(reason && { appName: reason.appName }),
        providers: ways
          .filter(({ hidden }) => !hidden)
          .map(({ id, label }) => ({ id, label, href: wayHref(id, wishes) })),
        byAddress: ways.some(({ domains }) => domains.length > 0),
        localAccounts: this.config.policies.localAccounts,
        ...this.local.of(exchange, reason?.acrs ?? []),
        hidden: { ...(maxAge !== undefined && { max_age: maxAge }), ...(choose && { choose }) },
      },
      formTargets: reason?.formTargets ?? [],
    };
  }
}
