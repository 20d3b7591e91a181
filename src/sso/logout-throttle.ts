import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { addressKey, RateLimiter, Throttled } from '../throttling/index.js';

const BUCKET = 'sso-logout';

/** Whoever brings logouts that are no provider's word is kept waiting, by address; a provider's own count nothing. */
@Injectable()
export class LogoutThrottle {
  constructor(
    private readonly config: AppConfig,
    private readonly limiter: RateLimiter,
  ) {}

  /** @throws Throttled */
  async check(ip: string): Promise<void> {
    const { address } = this.config.limits.login;
    const { allowed, retryAfter } = await this.limiter.peek(BUCKET, addressKey(ip), address);
    if (!allowed) throw new Throttled(BUCKET, retryAfter);
  }

  async refused(ip: string): Promise<void> {
    await this.limiter.consume(BUCKET, addressKey(ip), this.config.limits.login.address);
  }
}
