import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';

/** A Redis that does not answer within this time is as good as away. */
const COMMAND_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;
const DISCONNECT_TIMEOUT_MS = 200;
const MAX_RETRY_MS = 2_000;
const WARN_EVERY_MS = 60_000;

/** The connection to Redis. Commands fail at once while it is away; nothing waits in a queue. */
export class RedisConnection {
  readonly client: Redis;
  private readonly logger = new Logger('throttling');
  private warnedAt = -Infinity;
  private dropping = false;

  constructor(url: string) {
    this.client = new Redis(url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      commandTimeout: COMMAND_TIMEOUT_MS,
      disconnectTimeout: DISCONNECT_TIMEOUT_MS,
      retryStrategy: (times) => Math.min(times * 100, MAX_RETRY_MS),
    });
    this.client.on('error', (error: Error) => this.warn(error.message));
    this.client.on('ready', () => this.recovered());
    this.client.on('close', () => (this.dropping = false));
  }

  /** Tries once; a Redis that is away is tried again in the background. */
  async connect(): Promise<void> {
    await this.client
      .connect()
      .catch((error: unknown) => this.warn(error instanceof Error ? error.message : 'no answer'));
  }

  /** A command failed. A connection that looks sound but does not answer is opened anew, so that nobody waits for it again. */
  failed(): void {
    this.warn('a command failed');
    if (this.client.status !== 'ready' || this.dropping) return;
    this.dropping = true;
    this.client.disconnect(true);
  }

  close(): void {
    this.client.disconnect();
  }

  private warn(why: string): void {
    if (performance.now() - this.warnedAt < WARN_EVERY_MS) return;
    this.warnedAt = performance.now();
    this.logger.warn(
      `Redis is not available (${why}): limits are counted by this process alone until it is back`,
    );
  }

  private recovered(): void {
    if (this.warnedAt === -Infinity) return;
    this.warnedAt = -Infinity;
    this.logger.log('Redis is back: limits are counted across processes again');
  }
}
