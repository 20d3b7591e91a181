import { Injectable } from '@nestjs/common';
import { RateLimit } from '../../config/index.js';
import type { VerifiedToken } from '../../oauth/index.js';
import { RateLimiter } from '../../throttling/index.js';
import type { NamedQuota } from './rules.js';

const BUCKET = 'mcp-quota';

/** Quotas with nothing left, and the seconds until they have. */
export type UsedUp = Readonly<Record<string, number>>;

/** Counts calls where requests are counted: over all replicas, when they share a Redis. */
@Injectable()
export class Quotas {
  constructor(private readonly limiter: RateLimiter) {}

  /** Counts nothing. */
  async look(quotas: readonly NamedQuota[], token: VerifiedToken): Promise<UsedUp> {
    const found = await Promise.all(
      quotas.map(async (quota) => {
        const { allowed, retryAfter } = await this.limiter.peek(BUCKET, keyOf(quota, token), limitOf(quota));
        return allowed ? [] : [[quota.name, retryAfter] as const];
      }),
    );
    return Object.fromEntries(found.flat());
  }

  /** Counts one call in all of them, or in none when one has nothing left. */
  async take(quotas: readonly NamedQuota[], token: VerifiedToken): Promise<UsedUp> {
    const taken: NamedQuota[] = [];
    for (const quota of quotas) {
      const { allowed, retryAfter } = await this.limiter.consume(BUCKET, keyOf(quota, token), limitOf(quota));
      if (allowed) taken.push(quota);
      else {
        await Promise.all(
          taken.map((each) => this.limiter.takeBack(BUCKET, keyOf(each, token), limitOf(each))),
        );
        return { [quota.name]: retryAfter };
      }
    }
    return {};
  }
}

const limitOf = ({ calls, per }: NamedQuota): RateLimit => RateLimit.of(calls, per);

/** Without a person or a grant, a client is counted as itself. */
function keyOf({ name, by }: NamedQuota, { userId, grantId, clientId }: VerifiedToken): string {
  const id = { user: userId, grant: grantId, client: clientId }[by];
  return JSON.stringify([name, ...(id === undefined ? ['client', clientId] : [by, id])]);
}
