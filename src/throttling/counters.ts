import { createHash } from 'node:crypto';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import { AppConfig, type RateLimit } from '../config/index.js';
import { RedisConnection } from './redis-connection.js';

/** Timers overflow beyond 24 days, and an overflown one would forget the count at once. */
const MAX_SECONDS = 2_000_000;

/** How often something was counted, and how long that is remembered. */
export interface Tally {
  readonly count: number;
  readonly milliseconds: number;
}

const NOTHING: Tally = { count: 0, milliseconds: 0 };

/** Counts things: in Redis, shared by all replicas, when there is one, and in this process otherwise. */
@Injectable()
export class Counters implements OnModuleInit, OnApplicationShutdown {
  private readonly redis: RedisConnection | undefined;
  private readonly limiters = new Map<string, RateLimiterAbstract>();

  constructor(config: AppConfig) {
    this.redis = config.redisUrl ? new RedisConnection(config.redisUrl) : undefined;
  }

  async onModuleInit(): Promise<void> {
    await this.redis?.connect();
  }

  onApplicationShutdown(): void {
    this.redis?.close();
  }

  /** Counts one. The first beyond `limit.points` starts the block. */
  async add(bucket: string, key: string, limit: RateLimit): Promise<Tally> {
    try {
      return tallyOf(await this.limiter(bucket, limit).consume(hashed(key)));
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return tallyOf(refusal);
      throw refusal;
    }
  }

  async subtract(bucket: string, key: string, limit: RateLimit): Promise<void> {
    await this.limiter(bucket, limit).reward(hashed(key));
  }

  async look(bucket: string, key: string, limit: RateLimit): Promise<Tally> {
    const found = await this.limiter(bucket, limit).get(hashed(key));
    return found && found.msBeforeNext > 0 ? tallyOf(found) : NOTHING;
  }

  async block(bucket: string, key: string, limit: RateLimit): Promise<void> {
    await this.limiter(bucket, limit).block(hashed(key), bounded(limit.blockSeconds));
  }

  private limiter(bucket: string, limit: RateLimit): RateLimiterAbstract {
    const name = `${bucket}:${limit.points}:${limit.seconds}:${limit.blockSeconds}`;
    let limiter = this.limiters.get(name);
    if (!limiter) {
      limiter = this.make(bucket, limit);
      this.limiters.set(name, limiter);
    }
    return limiter;
  }

  private make(bucket: string, { points, seconds, blockSeconds }: RateLimit): RateLimiterAbstract {
    const options = {
      keyPrefix: `gatehouse:limit:${bucket}`,
      points,
      duration: bounded(seconds),
      blockDuration: bounded(blockSeconds),
    };
    const { redis } = this;
    if (!redis) return new RateLimiterMemory(options);
    const insuranceLimiter = new Insurance(options, () => redis.failed());
    return new RateLimiterRedis({
      ...options,
      storeClient: redis.client,
      rejectIfRedisNotReady: true,
      insuranceLimiter,
    });
  }
}

/** Counts in this process what Redis could not count, and says so. */
class Insurance extends RateLimiterMemory {
  constructor(
    options: ConstructorParameters<typeof RateLimiterMemory>[0],
    private readonly used: () => void,
  ) {
    super(options);
  }

  override consume(...args: Parameters<RateLimiterMemory['consume']>): Promise<RateLimiterRes> {
    this.used();
    return super.consume(...args);
  }

  override reward(...args: Parameters<RateLimiterMemory['reward']>): Promise<RateLimiterRes> {
    this.used();
    return super.reward(...args);
  }

  override get(...args: Parameters<RateLimiterMemory['get']>): Promise<RateLimiterRes | null> {
    this.used();
    return super.get(...args);
  }
}

const bounded = (seconds: number): number => Math.min(seconds, MAX_SECONDS);

/** Keys are made of addresses, e-mail addresses and ids, which do not belong in Redis in clear. */
const hashed = (key: string): string => createHash('sha256').update(key).digest('base64url');

function tallyOf({ consumedPoints, msBeforeNext }: RateLimiterRes): Tally {
  return { count: consumedPoints, milliseconds: Math.max(msBeforeNext, 0) };
}
