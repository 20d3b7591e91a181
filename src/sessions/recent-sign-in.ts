import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { PASSWORD_ACR } from './acr.js';
import { Factors, hasSecondFactor } from './factors/factors.js';
import type { SignedIn } from './signed-in.js';

/** Who changes how they sign in has just shown that the account is theirs. */
@Injectable()
export class RecentSignIn {
  constructor(
    private readonly config: AppConfig,
    private readonly factors: Factors,
  ) {}

  /** How long ago a sign-in may be, in seconds. */
  get maxAge(): number {
    return this.config.lifetimes.recentSignIn;
  }

  /** A password alone is not enough where there is more: it would add another way in, or take one away. */
  async isOf({ userId, acr, signedInAt, authTime }: SignedIn): Promise<boolean> {
    const since = Date.now() - Math.min(signedInAt.getTime(), authTime.getTime());
    if (since > this.maxAge * 1_000) return false;
    return acr !== PASSWORD_ACR || !hasSecondFactor(await this.factors.of(userId));
  }
}
