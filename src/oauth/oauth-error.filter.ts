import {
  Catch,
  HttpException,
  Injectable,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { currentAudit, Refusals, type EventType } from '../audit/index.js';
import { isDatabaseUnavailable } from '../database/index.js';
import { Throttled } from '../throttling/index.js';
import { OAuthError } from './oauth-error.js';
import { AccessRefused } from './resource-access/access-refused.js';

/** The only place where a refusal of an OAuth endpoint becomes HTTP (RFC 6749 §5.2). */
@Catch()
@Injectable()
export class OAuthErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('oauth');

  constructor(private readonly refusals: Refusals) {}

  async catch(cause: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const res = http.getResponse<Response>();
    if (res.headersSent) return;
    const error = this.translate(cause);
    const type = eventTypeOf(http.getRequest<Request>().path, error);
    const decisionId = error.isWaiting
      ? undefined
      : await this.refusals.record(type, error.status, error.reason);
    if (decisionId) res.setHeader('X-Decision-Id', decisionId);
    if (error.options.challenge) res.setHeader('WWW-Authenticate', error.options.challenge);
    res.set(error.options.headers ?? {});
    if (error.options.retryAfter) res.setHeader('Retry-After', error.options.retryAfter);
    res
      .status(error.status)
      .set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' })
      .json({
        error: error.code,
        error_description: error.description,
        ...(decisionId && { decision_id: decisionId }),
      });
  }

  private translate(cause: unknown): OAuthError {
    if (cause instanceof OAuthError) return cause;
    if (cause instanceof AccessRefused) {
      const { code = 'invalid_token', description, reason, status } = cause;
      return new OAuthError(code, description, { reason, status, challenge: cause.challenge() });
    }
    if (cause instanceof Throttled) {
      return new OAuthError('temporarily_unavailable', 'Too many requests; try again later', {
        status: 429,
        retryAfter: cause.retryAfter,
        reason: `throttled_${cause.bucket.replaceAll('-', '_')}`,
      });
    }
    if (isDatabaseUnavailable(cause)) {
      return new OAuthError('temporarily_unavailable', 'The service is temporarily unavailable', {
        retryAfter: 5,
        reason: 'database_unavailable',
      });
    }
    const status = statusOf(cause);
    if (status >= 400 && status < 500) return clientError(status);
    this.logger.error({ err: cause, requestId: currentAudit()?.requestId }, 'unexpected error');
    return new OAuthError('server_error', 'The server met an unexpected condition');
  }
}

function statusOf(cause: unknown): number {
  if (cause instanceof HttpException) return cause.getStatus();
  // Errors of the body parser carry a status of their own.
  if (cause instanceof Error && 'status' in cause && typeof cause.status === 'number') return cause.status;
  return 500;
}

function clientError(status: number): OAuthError {
  const description =
    {
      404: 'There is no such endpoint',
      405: 'This method is not allowed here',
      413: 'The request body is too large',
      415: 'This content type is not supported here',
    }[status] ?? 'The request is malformed';
  return new OAuthError('invalid_request', description, { status, reason: `http_${status}` });
}

function eventTypeOf(path: string, error: OAuthError): EventType {
  if (error.code === 'invalid_client') return 'client.auth.failed';
  if (!/^\/(?:oauth2\/)?token$/.test(path)) return 'authz.request.rejected';
  return error.status === 429 ? 'token.request.throttled' : 'token.request.rejected';
}
