import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AppConfig, type RateLimit } from '../config/index.js';
import { addressKey, RateLimiter } from '../throttling/index.js';
import { claimedClientId } from './clients/client-auth.js';
import { OAuthError } from './oauth-error.js';
import type { Params } from './params.js';

const FAILED = 'token-failed';
const FAILED_FROM = 'token-failed-address';

interface Count {
  readonly bucket: string;
  readonly key: string;
  readonly limit: RateLimit;
}

/** The limits of the token endpoint that count outcomes: failures per client and address, rotations per grant. */
@Injectable()
export class TokenThrottle {
  constructor(
    private readonly config: AppConfig,
    private readonly limiter: RateLimiter,
  ) {}

  /**
   * Does what a client asks for, and counts it when it fails. Wherever a client proves who it is the failures count
   * together, so that there is no second place to guess secrets at.
   *
   * @throws OAuthError with status 429 when this client failed too often from this address
   */
  async counting<T>(req: Request, params: Params, work: () => Promise<T>): Promise<T> {
    const key = `${claimedClientId(req, params)}|${addressKey(req.ip ?? '')}`;
    return this.unlessOften({ bucket: FAILED, key, limit: this.config.limits.token.failed }, work);
  }

  /**
   * The backstop where every request may not count, because those that are right come in great numbers: failures of one
   * address, whatever clients it names.
   * @throws OAuthError with status 429 when too much failed from this address
   */
  async countingAddress<T>(req: Request, work: () => Promise<T>): Promise<T> {
    const key = addressKey(req.ip ?? '');
    return this.unlessOften({ bucket: FAILED_FROM, key, limit: this.config.limits.token.address }, work);
  }

  private async unlessOften<T>({ bucket, key, limit }: Count, work: () => Promise<T>): Promise<T> {
    const verdict = await this.limiter.peek(bucket, key, limit);
    if (!verdict.allowed) throw tooManyFailures(verdict.retryAfter);
    try {
      return await work();
    } catch (error) {
      if (isFailure(error)) await this.limiter.consume(bucket, key, limit);
      throw error;
    }
  }

  /** Seconds to wait when a grant was refreshed too often. */
  async rotationsBlocked(grantId: string): Promise<number | undefined> {
    const verdict = await this.limiter.peek('token-rotations', grantId, this.config.limits.token.rotations);
    return verdict.allowed ? undefined : verdict.retryAfter;
  }

  async rotated(grantId: string): Promise<void> {
    await this.limiter.consume('token-rotations', grantId, this.config.limits.token.rotations);
  }
}

/** A client that learns the nonce, or that waits for a person, has done nothing wrong. */
const isFailure = (error: unknown): boolean =>
  error instanceof OAuthError && error.status < 429 && error.code !== 'use_dpop_nonce' && !error.isWaiting;

const tooManyFailures = (retryAfter: number): OAuthError =>
  new OAuthError('temporarily_unavailable', 'Too many failed requests; try again later', {
    status: 429,
    retryAfter,
    reason: 'throttled_failures',
  });
