import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RateLimit, type AppConfig } from '../config/index.js';
import { Counters } from './counters.js';
import { RateLimiter } from './rate-limiter.js';
import { ThrottlerCounters } from './throttler-counters.js';

const REFUSED = { allowed: false, remaining: 0 };

let counters: Counters;
let limiter: RateLimiter;

const pass = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1_000);

async function consume(times: number, limit: RateLimit, key = 'alice'): Promise<void> {
  for (let i = 0; i < times; i++) await limiter.consume('bucket', key, limit);
}

beforeEach(() => {
  jest.useFakeTimers();
  counters = new Counters({} as AppConfig);
  limiter = new RateLimiter(counters);
});
afterEach(() => {
  jest.useRealTimers();
});

describe('consume', () => {
  it('allows as many as there are points, and tells how many are left', async () => {
    const limit = RateLimit.of(3, 60);
    const verdicts = [];
    for (let i = 0; i < 4; i++) verdicts.push(await limiter.consume('bucket', 'alice', limit));
    expect(verdicts).toMatchObject([
      { allowed: true, retryAfter: 0, remaining: 2 },
      { allowed: true, retryAfter: 0, remaining: 1 },
      { allowed: true, retryAfter: 0, remaining: 0 },
      { ...REFUSED, retryAfter: 60 },
    ]);
  });

  it('without a block allows again when the window ends', async () => {
    const limit = RateLimit.of(1, 60);
    await consume(2, limit);
    await pass(59);
    expect(await limiter.consume('bucket', 'alice', limit)).toMatchObject({ ...REFUSED, retryAfter: 1 });
    await pass(1.1);
    expect(await limiter.consume('bucket', 'alice', limit)).toMatchObject({ allowed: true });
  });

  it('with a block of 300 s refuses at 299 s, however often it was asked meanwhile, and allows at 301 s', async () => {
    const limit = RateLimit.of(10, 60, 300);
    await consume(10, limit);
    await pass(30);
    expect(await limiter.consume('bucket', 'alice', limit)).toMatchObject({ ...REFUSED, retryAfter: 300 });
    await pass(150);
    await consume(20, limit);
    await pass(149);
    expect(await limiter.consume('bucket', 'alice', limit)).toMatchObject({ ...REFUSED, retryAfter: 1 });
    await pass(2);
    expect(await limiter.consume('bucket', 'alice', limit)).toMatchObject({
      allowed: true,
      retryAfter: 0,
      remaining: 9,
    });
  });

  it('counts each key and each bucket for itself', async () => {
    const limit = RateLimit.of(1, 60);
    await consume(2, limit);
    expect(await limiter.consume('bucket', 'bob', limit)).toMatchObject({ allowed: true });
    expect(await limiter.consume('other', 'alice', limit)).toMatchObject({ allowed: true });
  });

  it('lets exactly the points through when all ask at once', async () => {
    const limit = RateLimit.of(10, 60, 300);
    const verdicts = await Promise.all(
      Array.from({ length: 50 }, () => limiter.consume('bucket', 'alice', limit)),
    );
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(10);
  });

  it('remembers limits longer than a timer can run', async () => {
    const limit = RateLimit.of(1, 90 * 86_400);
    await consume(1, limit);
    await pass(86_400);
    expect(await limiter.consume('bucket', 'alice', limit)).toMatchObject(REFUSED);
  });
});

describe('peek', () => {
  it('counts nothing', async () => {
    const limit = RateLimit.of(2, 60);
    for (let i = 0; i < 5; i++) await limiter.peek('bucket', 'alice', limit);
    expect(await limiter.peek('bucket', 'alice', limit)).toMatchObject({
      allowed: true,
      retryAfter: 0,
      remaining: 2,
    });
  });

  it('refuses when the points are used up, and allows again when the window ends', async () => {
    const limit = RateLimit.of(2, 60);
    await consume(2, limit);
    expect(await limiter.peek('bucket', 'alice', limit)).toMatchObject({ ...REFUSED, retryAfter: 60 });
    await pass(60.1);
    expect(await limiter.peek('bucket', 'alice', limit)).toMatchObject({ allowed: true });
  });

  it('starts the block with the first it refuses, and does not prolong it with the next', async () => {
    const limit = RateLimit.of(10, 60, 300);
    await consume(10, limit);
    await pass(50);
    expect(await limiter.peek('bucket', 'alice', limit)).toMatchObject({ ...REFUSED, retryAfter: 300 });
    await pass(200);
    expect(await limiter.peek('bucket', 'alice', limit)).toMatchObject({ ...REFUSED, retryAfter: 100 });
    await pass(99);
    expect(await limiter.peek('bucket', 'alice', limit)).toMatchObject({ ...REFUSED, retryAfter: 1 });
    await pass(2);
    expect(await limiter.peek('bucket', 'alice', limit)).toMatchObject({
      allowed: true,
      retryAfter: 0,
      remaining: 10,
    });
  });
});

describe('the storage of the throttler', () => {
  const increment = () => new ThrottlerCounters(counters).increment('key', 60_000, 2, 300_000, 'name');

  it('tells hits and seconds, and blocks the one too many', async () => {
    expect(await increment()).toEqual({
      totalHits: 1,
      timeToExpire: 60,
      isBlocked: false,
      timeToBlockExpire: 0,
    });
    await increment();
    expect(await increment()).toMatchObject({ totalHits: 3, isBlocked: true, timeToBlockExpire: 300 });
    await pass(299);
    expect(await increment()).toMatchObject({ isBlocked: true, timeToBlockExpire: 1 });
    await pass(2);
    expect(await increment()).toMatchObject({ totalHits: 1, isBlocked: false });
  });

  it('never makes a window that does not end out of less than a second', async () => {
    const short = () => new ThrottlerCounters(counters).increment('short', 200, 1, 0, 'name');
    await short();
    expect(await short()).toMatchObject({ isBlocked: true });
    await pass(1.1);
    expect(await short()).toMatchObject({ isBlocked: false });
  });
});
