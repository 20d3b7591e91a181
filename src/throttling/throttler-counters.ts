import { Injectable } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { RateLimit } from '../config/index.js';
import { Counters } from './counters.js';

type ThrottlerStorageRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** Lets the throttler's guards count where everything else is counted. */
@Injectable()
export class ThrottlerCounters implements ThrottlerStorage {
  constructor(private readonly counters: Counters) {}

  /** `ttl` and `blockDuration` are in milliseconds, the times of the answer in seconds. */
  // eslint-disable-next-line max-params -- the contract of ThrottlerStorage
  async increment(
    key: string,
    ttl: number,
    limit: number,
    blockDuration: number,
    throttlerName: string,
  ): Promise<ThrottlerStorageRecord> {
    const rate = RateLimit.of(limit, Math.max(1, Math.ceil(ttl / 1_000)), Math.ceil(blockDuration / 1_000));
    const { count, milliseconds } = await this.counters.add(throttlerName, key, rate);
    const seconds = Math.max(1, Math.ceil(milliseconds / 1_000));
    const isBlocked = count > limit;
    return { totalHits: count, timeToExpire: seconds, isBlocked, timeToBlockExpire: isBlocked ? seconds : 0 };
  }
}
