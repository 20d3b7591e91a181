import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { addressKey, RateLimiter, Throttled } from '../throttling/index.js';

const BUCKET = 'scim-failed';

/** Whoever guesses tokens is kept waiting, by address. */
@Injectable()
export class ScimThrottle {
  constructor(
    private readonly config: AppConfig,
    private readonly limiter: RateLimiter,
  ) {}

  /** @throws Throttled */
  async check(ip: string): Promise<void> {
    const { allowed, retryAfter } = await this.limiter.peek(
      BUCKET,
      addressKey(ip),
      this.config.limits.scim.failed,
    );
    if (!allowed) throw new Throttled(BUCKET, retryAfter);
  }

  async failed(ip: string): Promise<void> {
    await this.limiter.consume(BUCKET, addressKey(ip), this.config.limits.scim.failed);
  }
}
