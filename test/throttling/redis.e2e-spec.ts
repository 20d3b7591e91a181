import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { RateLimit, type AppConfig } from '../../src/config/index.js';
import { Counters } from '../../src/throttling/counters.js';
import { RateLimiter } from '../../src/throttling/rate-limiter.js';
import { describeWhere } from '../support/describe-where.js';
import { REDIS } from '../support/on-postgres.js';

const { REDIS_URL } = process.env;
const REDIS_SERVER = {
  part: 'redis-server',
  missing: spawnSync('redis-server', ['--version']).status === 0 ? undefined : 'no redis-server was found',
};
const closing: (() => unknown)[] = [];

Logger.overrideLogger(false);

async function limiterOn(redisUrl: string): Promise<RateLimiter> {
  const counters = new Counters({ redisUrl } as AppConfig);
  closing.push(() => counters.onApplicationShutdown());
  await counters.onModuleInit();
  return new RateLimiter(counters);
}

async function timed<T>(work: Promise<T>): Promise<{ value: T; milliseconds: number }> {
  const before = performance.now();
  return { value: await work, milliseconds: performance.now() - before };
}

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describeWhere([REDIS], 'limits in Redis', () => {
  it('are shared by two processes', async () => {
    const [one, two] = [await limiterOn(REDIS_URL!), await limiterOn(REDIS_URL!)];
    const key = randomUUID();
    const limit = RateLimit.of(3, 30, 60);
    await one.consume('shared', key, limit);
    await two.consume('shared', key, limit);
    expect(await one.peek('shared', key, limit)).toMatchObject({
      allowed: true,
      retryAfter: 0,
      remaining: 1,
    });
    await one.consume('shared', key, limit);
    expect(await two.consume('shared', key, limit)).toMatchObject({
      allowed: false,
      retryAfter: 60,
      remaining: 0,
    });
    expect(await one.peek('shared', key, limit)).toMatchObject({
      allowed: false,
      retryAfter: 60,
      remaining: 0,
    });
  });

  it('let exactly the points through when two processes are asked at once', async () => {
    const limiters = [await limiterOn(REDIS_URL!), await limiterOn(REDIS_URL!)];
    const key = randomUUID();
    const limit = RateLimit.of(10, 30, 60);
    const verdicts = await Promise.all(
      Array.from({ length: 50 }, (_, i) => limiters[i % 2]!.consume('race', key, limit)),
    );
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(10);
  });

  it('start the block with the first that is refused by looking, and end it by themselves', async () => {
    const [one, two] = [await limiterOn(REDIS_URL!), await limiterOn(REDIS_URL!)];
    const key = randomUUID();
    const limit = RateLimit.of(1, 30, 1);
    await one.consume('looked', key, limit);
    expect(await two.peek('looked', key, limit)).toMatchObject({
      allowed: false,
      retryAfter: 1,
      remaining: 0,
    });
    expect(await one.peek('looked', key, limit)).toMatchObject({ allowed: false });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await one.peek('looked', key, limit)).toMatchObject({ allowed: true, remaining: 1 });
  });

  it('never hold a key in clear', async () => {
    const limiter = await limiterOn(REDIS_URL!);
    const email = `${randomUUID()}@example.com`;
    await limiter.consume('clear', email, RateLimit.of(1, 30));
    const redis = new Redis(REDIS_URL!);
    closing.push(() => redis.quit());
    const keys = await redis.keys('gatehouse:limit:clear:*');
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => key.includes(email) || key.includes('@'))).toEqual([]);
  });
});

describe('without an answer from Redis', () => {
  it('a start and the limits work, counted by the process alone', async () => {
    const limiter = await limiterOn('redis://127.0.0.1:1');
    await expectLimited(limiter);
  });

  it('a Redis that hangs delays the first request by a second or two, and the next not at all', async () => {
    const limiter = await limiterOn(`redis://127.0.0.1:${await startHanging()}`);
    const first = await timed(limiter.consume('hanging', 'one', RateLimit.of(2, 60)));
    expect(first.value.allowed).toBe(true);
    expect(first.milliseconds).toBeLessThan(2_500);
    const second = await timed(limiter.consume('hanging', 'one', RateLimit.of(2, 60)));
    expect(second.value).toMatchObject({ allowed: true, remaining: 0 });
    expect(second.milliseconds).toBeLessThan(200);
  });
});

describeWhere([REDIS_SERVER], 'a Redis', () => {
  it('that is killed costs no request, and counts again when it is back', async () => {
    const port = await freePort();
    const redis = await startRedis(port);
    const limiter = await limiterOn(`redis://127.0.0.1:${port}`);
    await limiter.consume('killed', 'before', RateLimit.of(1, 60));
    const gone = once(redis, 'close');
    redis.kill('SIGKILL');
    const burst = Array.from({ length: 30 }, () => limiter.consume('killed', 'burst', RateLimit.of(10, 60)));
    expect((await Promise.all(burst)).filter(({ allowed }) => allowed).length).toBeGreaterThanOrEqual(10);
    await gone;
    await expectLimited(limiter);

    await startRedis(port);
    const other = await limiterOn(`redis://127.0.0.1:${port}`);
    await expectEventually(async () => {
      await limiter.consume('killed', 'after', RateLimit.of(100, 60));
      return (await other.peek('killed', 'after', RateLimit.of(100, 60))).remaining < 100;
    });
  });

  it('that stops answering delays no more than the requests under way', async () => {
    const port = await freePort();
    const redis = await startRedis(port);
    const limiter = await limiterOn(`redis://127.0.0.1:${port}`);
    await limiter.consume('stopped', 'one', RateLimit.of(5, 60));
    redis.kill('SIGSTOP');
    const first = await timed(limiter.consume('stopped', 'two', RateLimit.of(5, 60)));
    expect(first.value.allowed).toBe(true);
    expect(first.milliseconds).toBeLessThan(2_500);
    const second = await timed(limiter.consume('stopped', 'two', RateLimit.of(5, 60)));
    expect(second.value).toMatchObject({ allowed: true, remaining: 3 });
    expect(second.milliseconds).toBeLessThan(200);
  });
});

async function expectLimited(limiter: RateLimiter): Promise<void> {
  const limit = RateLimit.of(2, 60, 60);
  const key = randomUUID();
  const allowed = [];
  for (let i = 0; i < 3; i++) allowed.push((await limiter.consume('away', key, limit)).allowed);
  expect(allowed).toEqual([true, true, false]);
  expect(await limiter.peek('away', key, limit)).toMatchObject({
    allowed: false,
    retryAfter: 60,
    remaining: 0,
  });
}

async function expectEventually(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not happen within 10 s');
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** Accepts connections and never says a word. */
async function startHanging(): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return listening(server);
}

async function startRedis(port: number): Promise<ChildProcess> {
  const redis = spawn('redis-server', ['--port', `${port}`, '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  });
  closing.push(async () => {
    if (redis.exitCode !== null || redis.signalCode !== null) return;
    redis.kill('SIGKILL');
    await once(redis, 'close');
  });
  const probe = new Redis(port, { retryStrategy: () => 50 });
  probe.on('error', () => undefined);
  await probe.ping();
  probe.disconnect();
  return redis;
}
