import type { ExecutionContext } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import type { Request } from 'express';
import { addressKey } from './address-key.js';
import { Throttled } from './throttled.js';

/** The name of the one throttler there is, and of its bucket. */
export const TOKEN_ADDRESS = 'token-address';

/** The backstop of the token endpoint: all requests of one address, whatever they ask for. */
@Injectable()
export class TokenThrottleGuard extends ThrottlerGuard {
  protected override async getTracker(req: Request): Promise<string> {
    return addressKey(req.ip ?? '');
  }

  /** The same for every route, so that an alias of the endpoint is no second helping. */
  protected override generateKey(_context: ExecutionContext, tracker: string): string {
    return tracker;
  }

  protected override throwThrottlingException(
    _context: ExecutionContext,
    detail: ThrottlerLimitDetail,
  ): Promise<void> {
    return Promise.reject(new Throttled(TOKEN_ADDRESS, detail.timeToBlockExpire));
  }
}
