import { Injectable } from '@nestjs/common';
import type { RateLimit } from '../config/index.js';
import { Counters, type Tally } from './counters.js';

export interface Verdict {
  readonly allowed: boolean;
  /** Whole seconds until it is worth trying again: at least 1 when refused, 0 when allowed. */
  readonly retryAfter: number;
  /** How many more are allowed now. */
  readonly remaining: number;
  /** Whole seconds until the count begins anew. */
  readonly reset: number;
}

/** Asks whether something has happened too often, such as failed sign-ins of one account from one address. */
@Injectable()
export class RateLimiter {
  constructor(private readonly counters: Counters) {}

  /** Counts one and says whether it was still within the limit. */
  async consume(bucket: string, key: string, limit: RateLimit): Promise<Verdict> {
    const tally = await this.counters.add(bucket, key, limit);
    return verdictOf(tally, limit.points - tally.count, tally.count <= limit.points);
  }

  /** Takes back what was counted before it was known that it should not count. */
  async takeBack(bucket: string, key: string, limit: RateLimit): Promise<void> {
    await this.counters.subtract(bucket, key, limit);
  }

  /**
   * Says whether one more would be within the limit, and counts nothing. To be refused is to be the one too
   * many, and starts the block just as being counted would.
   */
  async peek(bucket: string, key: string, limit: RateLimit): Promise<Verdict> {
    const tally = await this.counters.look(bucket, key, limit);
    if (tally.count !== limit.points || limit.blockSeconds === 0) {
      return verdictOf(tally, limit.points - tally.count, tally.count < limit.points);
    }
    await this.counters.block(bucket, key, limit);
    return { allowed: false, retryAfter: limit.blockSeconds, remaining: 0, reset: limit.blockSeconds };
  }
}

function verdictOf(tally: Tally, left: number, allowed: boolean): Verdict {
  return {
    allowed,
    retryAfter: allowed ? 0 : Math.max(1, Math.ceil(tally.milliseconds / 1_000)),
    remaining: Math.max(0, left),
    reset: Math.ceil(tally.milliseconds / 1_000),
  };
}
