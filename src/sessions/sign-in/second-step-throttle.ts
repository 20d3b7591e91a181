import { Injectable } from '@nestjs/common';
import { AppConfig, RateLimit } from '../../config/index.js';
import { RateLimiter } from '../../throttling/index.js';
import type { HalfSignedIn } from './second-step.js';

const TELL_ONCE = RateLimit.of(1, 3_600);

/**
 * Six digits are few: guesses are counted before they are looked at, so that many at once are no way around it. Only
 * who knows the password gets here, and a new password begins a new count: nobody is locked out by a stranger.
 */
@Injectable()
export class SecondStepThrottle {
  constructor(
    private readonly config: AppConfig,
    private readonly limiter: RateLimiter,
  ) {}

  /** Counts a guess. Seconds to wait, or `undefined` when it may be looked at. */
  async refusal(who: HalfSignedIn): Promise<number | undefined> {
    const verdicts = await Promise.all(
      this.limits.map(([bucket, limit]) => this.limiter.consume(bucket, keyOf(who), limit)),
    );
    const refused = verdicts.filter(({ allowed }) => !allowed);
    return refused.length > 0 ? Math.max(...refused.map(({ retryAfter }) => retryAfter)) : undefined;
  }

  /** It was no guess. */
  async right(who: HalfSignedIn): Promise<void> {
    await Promise.all(this.limits.map(([bucket, limit]) => this.limiter.takeBack(bucket, keyOf(who), limit)));
  }

  /** Whether the person is to be told; not again and again. */
  async isNews(who: HalfSignedIn): Promise<boolean> {
    return (await this.limiter.consume('second-step-told', keyOf(who), TELL_ONCE)).allowed;
  }

  private get limits(): [string, RateLimit][] {
    const { account, daily } = this.config.limits.secondStep;
    return [
      ['second-step', account],
      ['second-step-daily', daily],
    ];
  }
}

const keyOf = ({ account, ticket }: HalfSignedIn): string => `${account.id}|${ticket.content.mark}`;
