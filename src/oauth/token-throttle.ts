import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { addressKey, RateLimiter } from '../throttling/index.js';

/** The limits of the token endpoint that count outcomes: failures per client and address, rotations per grant. */
@Injectable()
export class TokenThrottle {
  constructor(
    private readonly config: AppConfig,
    private readonly limiter: RateLimiter,
  ) {}

  /** Seconds to wait when this client failed too often from this address. */
  async blocked(clientId: string, ip: string): Promise<number | undefined> {
    const verdict = await this.limiter.peek(
      'token-failed',
      failedKey(clientId, ip),
      this.config.limits.token.failed,
    );
    return verdict.allowed ? undefined : verdict.retryAfter;
  }

  async failed(clientId: string, ip: string): Promise<void> {
    await this.limiter.consume('token-failed', failedKey(clientId, ip), this.config.limits.token.failed);
  }

  /** Counts a rotation of a grant; seconds to wait when there were too many. */
  async rotation(grantId: string): Promise<number | undefined> {
    const verdict = await this.limiter.consume(
      'token-rotations',
      grantId,
      this.config.limits.token.rotations,
    );
    return verdict.allowed ? undefined : verdict.retryAfter;
  }
}

const failedKey = (clientId: string, ip: string): string => `${clientId}|${addressKey(ip)}`;
