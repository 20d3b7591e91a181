import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { addressKey, RateLimiter } from '../../throttling/index.js';
import { AccessRefused } from '../resource-access/access-refused.js';

const BUCKET = 'api-key-failed';

/** Whoever guesses keys is kept waiting, by address. */
@Injectable()
export class ApiKeyThrottle {
  constructor(
    private readonly config: AppConfig,
    private readonly limiter: RateLimiter,
  ) {}

  /** @throws AccessRefused with status 429 */
  async check(ip: string): Promise<void> {
    const { allowed, retryAfter } = await this.limiter.peek(BUCKET, addressKey(ip), this.limit);
    if (allowed) return;
    const description = 'Too many requests with an unknown API key; try again later';
    throw new AccessRefused({ scheme: 'Bearer', reason: 'throttled_api_keys', description, retryAfter });
  }

  async failed(ip: string): Promise<void> {
    await this.limiter.consume(BUCKET, addressKey(ip), this.limit);
  }

  private get limit() {
    return this.config.limits.apiKeys.failed;
  }
}
