import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import { RateLimiter, Throttled } from '../throttling/index.js';
import type { Client } from './clients/client.entity.js';
import type { Finding } from './introspection.words.js';

const BUCKET = 'introspection';

/**
 * Tokens that never were, or that a client may not ask about. Both are counted and recorded alike, so that the two
 * cannot be told apart by the time they take.
 */
@Injectable()
export class IntrospectionGuesses {
  constructor(
    private readonly config: AppConfig,
    private readonly limiter: RateLimiter,
    private readonly audit: AuditLog,
  ) {}

  /** @throws Throttled */
  async refuseTooMany({ id }: Client): Promise<void> {
    const verdict = await this.limiter.peek(BUCKET, id, this.config.limits.introspection);
    if (!verdict.allowed) throw new Throttled(BUCKET, verdict.retryAfter);
  }

  async note({ id }: Client, finding: Finding): Promise<void> {
    if ('answer' in finding || finding.refused === 'over') return;
    await this.limiter.consume(BUCKET, id, this.config.limits.introspection);
    await this.audit.decide({
      type: 'token.introspection.denied',
      outcome: { result: 'denied', reason: finding.refused },
      clientId: id,
      ...(finding.jti !== undefined && { token: { kind: 'access', jti: finding.jti } }),
    });
  }
}
