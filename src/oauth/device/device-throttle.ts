import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { addressKey, RateLimiter, Throttled, type Verdict } from '../../throttling/index.js';

/** How often devices may ask, and how often people may type a code (RFC 8628 §5.1). */
@Injectable()
export class DeviceThrottle {
  constructor(
    private readonly config: AppConfig,
    private readonly limiter: RateLimiter,
  ) {}

  /** @throws Throttled when a client asked for too many codes from one address */
  async starting(clientId: string, ip: string): Promise<void> {
    const key = `${clientId}|${addressKey(ip)}`;
    refuse('device-authorization', [
      await this.limiter.consume('device-authorization', key, this.config.limits.deviceAuthorization),
    ]);
  }

  /**
   * Every code that is typed counts, right or wrong: so many tries at once are no more than one after the other.
   * @throws Throttled
   */
  async typing(userId: string, ip: string): Promise<void> {
    const { account, address } = this.config.limits.deviceUserCode;
    refuse(
      'device-user-code',
      await Promise.all([
        this.limiter.consume('device-user-code-account', userId, account),
        this.limiter.consume('device-user-code-address', addressKey(ip), address),
      ]),
    );
  }
}

function refuse(bucket: string, verdicts: readonly Verdict[]): void {
  const refused = verdicts.filter(({ allowed }) => !allowed);
  if (refused.length > 0)
    throw new Throttled(bucket, Math.max(...refused.map(({ retryAfter }) => retryAfter)));
}
