import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { addressKey, RateLimiter } from '../../throttling/index.js';

/** No mailbox is filled because somebody asks for letters. */
@Injectable()
export class MailThrottle {
  constructor(
    private readonly config: AppConfig,
    private readonly limiter: RateLimiter,
  ) {}

  /** Seconds to wait when too many were asked for from this address of the network. */
  async tooManyFrom(ip: string): Promise<number | undefined> {
    return this.refusal('mail-address', addressKey(ip), 'address');
  }

  /** The same for letters to a mailbox. */
  tooManyTo(email: string): Promise<number | undefined> {
    return this.refusal('mail-account', email.trim().normalize('NFKC').toLowerCase(), 'account');
  }

  /** The same for letters that one person asks for. */
  tooManyBy(userId: string): Promise<number | undefined> {
    return this.refusal('mail-person', userId, 'account');
  }

  private async refusal(
    bucket: string,
    key: string,
    limit: 'account' | 'address',
  ): Promise<number | undefined> {
    const { allowed, retryAfter } = await this.limiter.consume(bucket, key, this.config.limits.mail[limit]);
    return allowed ? undefined : retryAfter;
  }
}
