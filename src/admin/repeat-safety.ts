import {
  applyDecorators,
  HttpException,
  Injectable,
  Logger,
  SetMetadata,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { Response } from 'express';
import { catchError, from, mergeMap, of, throwError, type Observable } from 'rxjs';
import { IdempotentAnswers, type Claim } from '../idempotency/index.js';
import { AdminProblem, invalidField, PROBLEMS } from './admin-problem.js';
import { callerOf, isDryRun, type AdminRequest } from './admin-request.js';

const READS = 'gatehouse:only-reads';
/** In the OpenAPI document. */
export const READS_EXTENSION = 'x-only-reads';
const KEPT_HEADERS = ['Location', 'ETag'];

/**
 * For a POST that changes nothing: repeating it is safe anyway, what it answers is kept nowhere, and there is nothing
 * to rehearse.
 */
export const OnlyReads = (): MethodDecorator =>
  applyDecorators(SetMetadata(READS, true), ApiExtension(READS_EXTENSION, true));

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- the type Nest gives a handler
export const isOnlyReading = (handler: Function): boolean => Reflect.getMetadata(READS, handler) === true;

interface Kept {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

/** `Idempotency-Key` of whatever acts by POST (draft-ietf-httpapi-idempotency-key-header): one act, one answer. */
@Injectable()
export class RepeatSafety implements NestInterceptor {
  private readonly logger = new Logger('admin');

  constructor(private readonly answers: IdempotentAnswers) {}

  async intercept(execution: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const req = execution.switchToHttp().getRequest<AdminRequest>();
    const res = execution.switchToHttp().getResponse<Response>();
    const reads = isOnlyReading(execution.getHandler());
    const key = req.headers['idempotency-key'];
    if (req.method !== 'POST' || key === undefined || reads || isDryRun(req)) return next.handle();
    const claim = await this.answers.claim({
      caller: callerOf(req),
      route: `${req.method} ${req.path}`,
      key: checkedKey(key),
      content: JSON.stringify([req.query, req.body, req.headers['if-match'] ?? null]),
    });
    if (claim.kind === 'repeat') return of(replay(res, JSON.parse(claim.answer) as Kept));
    if (claim.kind !== 'first') throw refusalOf(claim.kind);
    const { id } = claim;
    return next.handle().pipe(
      mergeMap((body: unknown) => from(this.settled(id, res, body))),
      catchError((error: unknown) =>
        from(this.failed(id, error)).pipe(mergeMap(() => throwError(() => error))),
      ),
    );
  }

  /** What was done is done: it is answered even if the answer cannot be kept. */
  private async settled(id: Buffer, res: Response, body: unknown): Promise<unknown> {
    const headers = Object.fromEntries(
      KEPT_HEADERS.flatMap((name) => {
        const value = res.getHeader(name);
        return value === undefined ? [] : [[name, String(value)]];
      }),
    );
    try {
      await this.answers.settle(id, JSON.stringify({ status: res.statusCode, headers, body } satisfies Kept));
    } catch (error) {
      this.logger.error({ err: error }, 'an answer could not be kept for a repeated request');
    }
    return body;
  }

  /** What was refused did nothing. Of anything else nobody knows how far it came, and the key stays taken. */
  private async failed(id: Buffer, error: unknown): Promise<void> {
    if (statusOf(error) >= 500) return;
    await this.answers.release(id);
  }
}

function replay(res: Response, { status, headers, body }: Kept): unknown {
  res.status(status).set({ ...headers, 'Idempotency-Replayed': 'true' });
  return body;
}

function checkedKey(key: string | string[]): string {
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw invalidField('Idempotency-Key', 'must be 1 to 255 visible characters, and sent once');
}

function refusalOf(kind: Exclude<Claim['kind'], 'first' | 'repeat'>): AdminProblem {
  if (kind === 'differs')
    return new AdminProblem('unprocessable', {
      detail: 'This Idempotency-Key came with another request before',
      reason: 'idempotency_key_reused',
    });
  const detail =
    kind === 'running'
      ? 'The first request with this Idempotency-Key is still at work; try again in a moment'
      : 'The first request with this Idempotency-Key broke off; see how far it came, then use another key';
  return new AdminProblem('conflict', {
    detail,
    reason: `idempotency_${kind}`,
    ...(kind === 'running' && { headers: { 'Retry-After': '2' } }),
  });
}

function statusOf(error: unknown): number {
  if (error instanceof AdminProblem) return PROBLEMS[error.code].status;
  return error instanceof HttpException ? error.getStatus() : 500;
}
