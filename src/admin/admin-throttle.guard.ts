import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';
import { AppConfig } from '../config/index.js';
import { RateLimiter } from '../throttling/index.js';
import { AdminProblem } from './admin-problem.js';
import { callerOf, type AdminRequest } from './admin-request.js';

/** How many requests one caller may send; every answer says what is left (draft-ietf-httpapi-ratelimit-headers). */
@Injectable()
export class AdminThrottle implements CanActivate {
  constructor(
    private readonly config: AppConfig,
    private readonly limiter: RateLimiter,
  ) {}

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const http = execution.switchToHttp();
    const limit = this.config.limits.admin.caller;
    const caller = callerOf(http.getRequest<AdminRequest>());
    const { allowed, remaining, reset, retryAfter } = await this.limiter.consume('admin', caller, limit);
    http.getResponse<Response>().set({
      'RateLimit-Policy': `"caller";q=${limit.points};w=${limit.seconds}`,
      RateLimit: `"caller";r=${remaining};t=${reset}`,
    });
    if (allowed) return true;
    throw new AdminProblem('too_many_requests', {
      detail: 'Try again later',
      reason: 'admin_rate_limit',
      headers: { 'Retry-After': String(retryAfter) },
    });
  }
}
