import {
  Catch,
  HttpException,
  Injectable,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { currentAudit, Refusals } from '../audit/index.js';
import { isDatabaseUnavailable } from '../database/index.js';
import { Pages, type PageErrorKind } from '../pages/index.js';
import { Throttled } from '../throttling/index.js';
import { PasswordQueueFull } from '../users/index.js';

/** How a failure of a page is shown. */
export interface PageFailure {
  readonly kind: PageErrorKind;
  readonly status: number;
  /** A snake_case code for the audit trail. */
  readonly reason: string;
  readonly retryAfter?: number;
}

/** The only place where a refusal of a page for people becomes HTTP. Nothing of the request is shown. */
@Catch()
@Injectable()
export class PageErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('pages');

  constructor(
    private readonly pages: Pages,
    private readonly refusals: Refusals,
  ) {}

  async catch(cause: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    await this.show(this.translate(cause), http.getRequest<Request>(), http.getResponse<Response>());
  }

  async show(failure: PageFailure, req: Request, res: Response): Promise<void> {
    if (res.headersSent) return;
    const decisionId = await this.refusals.record('http.request.handled', failure.status, failure.reason);
    if (decisionId) res.setHeader('X-Decision-Id', decisionId);
    if (failure.retryAfter) res.setHeader('Retry-After', failure.retryAfter);
    this.pages.send(
      req,
      res,
      { page: 'error', kind: failure.kind, ...(decisionId && { decisionId }) },
      { status: failure.status },
    );
  }

  protected translate(cause: unknown): PageFailure {
    if (cause instanceof Throttled)
      return {
        kind: 'throttled',
        status: 429,
        reason: `throttled_${cause.bucket.replaceAll('-', '_')}`,
        retryAfter: cause.retryAfter,
      };
    if (isDatabaseUnavailable(cause))
      return { kind: 'unavailable', status: 503, reason: 'database_unavailable', retryAfter: 5 };
    if (cause instanceof PasswordQueueFull)
      return { kind: 'unavailable', status: 503, reason: 'too_many_at_once', retryAfter: 5 };
    const status = statusOf(cause);
    if (status === 403) return { kind: 'stale_form', status, reason: 'csrf' };
    if (status === 404) return { kind: 'not_found', status, reason: 'http_404' };
    if (status === 410) return { kind: 'link_over', status, reason: 'link_not_good' };
    if (status >= 400 && status < 500) return { kind: 'malformed', status, reason: `http_${status}` };
    this.logger.error({ err: cause, requestId: currentAudit()?.requestId }, 'unexpected error');
    return { kind: 'unexpected', status: 500, reason: 'unexpected_error' };
  }
}

function statusOf(cause: unknown): number {
  if (cause instanceof HttpException) return cause.getStatus();
  // Errors of the body parser carry a status of their own.
  if (cause instanceof Error && 'status' in cause && typeof cause.status === 'number') return cause.status;
  return 500;
}
