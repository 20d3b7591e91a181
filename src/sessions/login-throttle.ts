import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { addressKey, RateLimiter } from '../throttling/index.js';

/**
 * Slows guessing down without letting anyone lock another person out: failures count per account and address, and
 * only then, much more widely, per account.
 */
@Injectable()
export class LoginThrottle {
  constructor(
    private readonly config: AppConfig,
    private readonly limiter: RateLimiter,
  ) {}

  /** Seconds to wait, or `undefined` when a sign-in may be tried. */
  async refusal(email: string, ip: string): Promise<number | undefined> {
    const { failed, account, address } = this.config.limits.login;
    const who = accountKey(email);
    const verdicts = await Promise.all([
      this.limiter.consume('login-address', addressKey(ip), address),
      this.limiter.peek('login-failed', `${who}|${addressKey(ip)}`, failed),
      this.limiter.peek('login-account', who, account),
    ]);
    const refused = verdicts.filter(({ allowed }) => !allowed);
    return refused.length > 0 ? Math.max(...refused.map(({ retryAfter }) => retryAfter)) : undefined;
  }

  /** Seconds to wait when one address tries too much, whoever it tries to be. */
  async tooManyFrom(ip: string): Promise<number | undefined> {
    const { address } = this.config.limits.login;
    const { allowed, retryAfter } = await this.limiter.consume('login-address', addressKey(ip), address);
    return allowed ? undefined : retryAfter;
  }

  async failed(email: string, ip: string): Promise<void> {
    const { failed, account } = this.config.limits.login;
    const who = accountKey(email);
    await this.limiter.consume('login-failed', `${who}|${addressKey(ip)}`, failed);
    await this.limiter.consume('login-account', who, account);
  }
}

const accountKey = (email: string): string => email.trim().normalize('NFKC').toLowerCase();
