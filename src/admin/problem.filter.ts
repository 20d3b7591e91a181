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
import { AppConfig } from '../config/index.js';
import { AdminProblem, PROBLEMS, type ProblemCode } from './admin-problem.js';
import { AdminRoutes } from './admin-routes.js';
import { problemUrl } from './urls.js';

const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  401: 'invalid_token',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
};

/** The only place where a refusal of the admin API becomes HTTP (RFC 9457). */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('admin');

  constructor(
    private readonly config: AppConfig,
    private readonly refusals: Refusals,
    private readonly routes: AdminRoutes,
  ) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const req = host.switchToHttp().getRequest<Request>();
    const res = host.switchToHttp().getResponse<Response>();
    const { code, reason, details } = this.problemOf(error, req.path);
    const { status, title } = PROBLEMS[code];
    const decisionId = await this.record(status, reason);
    if (res.headersSent) {
      res.destroy();
      return;
    }
    if (decisionId) res.setHeader('X-Decision-Id', decisionId);
    res
      .status(status)
      .set({ 'Cache-Control': 'no-store', ...details.headers })
      .type('application/problem+json');
    res.json({
      type: problemUrl(this.config, code),
      title,
      status,
      ...(details.detail && { detail: details.detail }),
      code,
      ...(decisionId && { decision_id: decisionId }),
      ...(details.errors && { errors: details.errors }),
      ...details.members,
    });
  }

  private problemOf(error: unknown, path: string): AdminProblem {
    if (error instanceof AdminProblem) return error;
    if (this.refusals.unavailable(error)) {
      return new AdminProblem('temporarily_unavailable', {
        reason: 'database_unavailable',
        headers: { 'Retry-After': '5' },
      });
    }
    const status = statusOf(error);
    if (status === 404) return this.unmatched(path);
    if (status === 429)
      return new AdminProblem('too_many_requests', {
        headers: { 'Retry-After': String(retryAfterOf(error)) },
      });
    if (status < 500)
      return new AdminProblem(BY_STATUS[status] ?? 'invalid_request', { reason: `http_${status}` });
    this.logger.error({ err: error, requestId: currentAudit()?.requestId }, 'unexpected error');
    return new AdminProblem('internal_error');
  }

  /** RFC 9110 §15.5.6: a path that exists, asked with a method it does not have. */
  private unmatched(path: string): AdminProblem {
    const methods = this.routes.methodsAt(path);
    if (methods.length === 0)
      return new AdminProblem('not_found', {
        detail: 'There is no such endpoint',
        reason: 'no_such_endpoint',
      });
    const allow = methods.join(', ');
    return new AdminProblem('method_not_allowed', {
      detail: `Allowed here: ${allow}`,
      headers: { Allow: allow },
    });
  }

  private async record(status: number, reason: string): Promise<string | undefined> {
    try {
      return await this.refusals.record('admin.request.handled', status, reason);
    } catch (error) {
      this.logger.error(
        { err: error, status, reason, requestId: currentAudit()?.requestId },
        'a refusal could not be audited',
      );
      return undefined;
    }
  }
}

/** Errors of the body parser and the router carry a status of their own. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof URIError) return 400;
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

function retryAfterOf(error: unknown): number {
  const seconds = error instanceof Error && 'retryAfter' in error ? error.retryAfter : undefined;
  return typeof seconds === 'number' && Number.isFinite(seconds) ? Math.max(1, Math.ceil(seconds)) : 60;
}
