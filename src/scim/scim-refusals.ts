import { HttpException, Injectable, Logger } from '@nestjs/common';
import { currentAudit, Refusals } from '../audit/index.js';
import { ScimRefusal } from './scim-refusal.js';

/** What went wrong, in the words of the protocol and in the audit trail: for a request, and for each operation of many. */
@Injectable()
export class ScimRefusals {
  private readonly logger = new Logger('scim');

  constructor(private readonly refusals: Refusals) {}

  of(error: unknown, method: string): ScimRefusal {
    if (error instanceof ScimRefusal) return error;
    if (this.refusals.unavailable(error))
      return new ScimRefusal(503, 'Temporarily unavailable', {
        reason: 'database_unavailable',
        headers: { 'Retry-After': '5' },
      });
    const status = statusOf(error);
    if (status >= 500) {
      this.logger.error({ err: error, requestId: currentAudit()?.requestId }, 'unexpected error');
      return new ScimRefusal(500, 'Something went wrong here');
    }
    return refusalOfStatus(status, error, method);
  }

  /** Resolves with the decision id, if there is one. */
  async record({ status, reason }: ScimRefusal): Promise<string | undefined> {
    const context = currentAudit();
    // It tells of another operation, or went with the transaction that was refused.
    if (context) delete context.lastEventId;
    try {
      return await this.refusals.record('scim.request.handled', status, reason);
    } catch (error) {
      this.logger.error({ err: error, status, reason }, 'a refusal could not be audited');
      return undefined;
    }
  }
}

/** Errors of the body parser, the router and the throttle carry a status of their own. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof URIError) return 400;
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

function refusalOfStatus(status: number, error: unknown, method: string): ScimRefusal {
  if (status === 404)
    return new ScimRefusal(404, 'There is no such endpoint', { reason: 'no_such_endpoint' });
  if (status === 413) return new ScimRefusal(413, 'The request is too large');
  if (status === 429) {
    const seconds = error instanceof Error && 'retryAfter' in error ? Number(error.retryAfter) : 60;
    const headers = { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) };
    return new ScimRefusal(429, 'Too many requests without a valid token', { headers });
  }
  if (status === 400 && method !== 'GET')
    return new ScimRefusal(400, 'The body is not well-formed JSON', { scimType: 'invalidSyntax' });
  return new ScimRefusal(status, 'The request is not valid');
}
