import { Injectable } from '@nestjs/common';
import type { Account } from '../../users/index.js';
import { localAcrs, PASSKEY_ACR, PASSWORD_ACR, satisfies } from '../acr.js';
import { Factors, hasSecondFactor, type FactorsOf } from '../factors/factors.js';
import { SignInReasons } from '../sign-in-reasons.js';

/** What an app that waits asks of the sign-in. */
export interface Asked {
  readonly acrs: readonly string[];
  readonly appName?: string;
}

/** What may come after the password. */
export interface Offers {
  readonly factors: FactorsOf;
  /** A code of the app. */
  readonly code: boolean;
  readonly recovery: boolean;
  readonly passkey: boolean;
}

/** What has to come after a right password, by what the person set up, by policy, and by what the app asks for. */
@Injectable()
export class SignInNeeds {
  constructor(
    private readonly reasons: SignInReasons,
    private readonly factors: Factors,
  ) {}

  async asked(returnTo: string | undefined): Promise<Asked> {
    const reason = await this.reasons.of(returnTo);
    return { acrs: localAcrs(reason?.acrs ?? []), ...(reason && { appName: reason.appName }) };
  }

  async afterPassword(
    account: Account,
    returnTo: string | undefined,
  ): Promise<'nothing' | 'second_step' | 'setup'> {
    const [{ acrs }, factors] = await Promise.all([this.asked(returnTo), this.factors.of(account.id)]);
    const isAsked = acrs.length > 0 && !acrs.some((acr) => satisfies(PASSWORD_ACR, acr));
    const isNeeded = factors.authenticator || isAsked || this.factors.areRequiredOf(account);
    if (hasSecondFactor(factors)) return isNeeded || leadsToAccount(returnTo) ? 'second_step' : 'nothing';
    // Only who has no second factor at all may set one up now: a password must not be enough to add another.
    return isNeeded ? 'setup' : 'nothing';
  }

  async offers(account: Account, returnTo: string | undefined): Promise<Offers> {
    const [{ acrs }, factors] = await Promise.all([this.asked(returnTo), this.factors.of(account.id)]);
    const passkey = factors.passkeys > 0;
    const passkeyOnly = passkey && acrs.length > 0 && acrs.every((acr) => acr === PASSKEY_ACR);
    return {
      factors,
      passkey,
      code: factors.authenticator && !passkeyOnly,
      recovery: factors.recoveryCodes > 0 && !passkeyOnly,
    };
  }
}

/** The pages where people change how they sign in; `RecentSignIn` asks for more than a password there. */
const leadsToAccount = (returnTo = ''): boolean => /^\/account(?:[/?]|$)/.test(returnTo);
