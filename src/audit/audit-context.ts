import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Actor } from './audit-fact.js';

/** Who asks, from where, and which records belong together; one per HTTP request. */
export interface AuditContext {
  readonly requestId: string;
  readonly correlationId: string;
  readonly method: string;
  /** Path without query: a query may carry codes. */
  readonly path: string;
  readonly ip: string;
  readonly userAgent?: string;
  readonly startedAt: number;
  actor?: Actor;
  userId?: string;
  clientId?: string;
  grantId?: string;
  sessionId?: string;
  /** Why the caller says they do this, and where it was asked for. */
  reason?: string;
  ticket?: string;
  /** What the caller says of where the request belongs, which nobody has checked. */
  claimed?: { readonly traceparent: string; readonly tracestate?: string };
  /** The event that tells this request's outcome, once one has been written. */
  lastEventId?: string;
}

const storage = new AsyncLocalStorage<AuditContext>();

/** The context of the request being served; `undefined` in work that no request started. */
export function currentAudit(): AuditContext | undefined {
  return storage.getStore();
}

/** Work beside the request itself: its records tell of the request, but none of them is the request's outcome. */
export function aside<T>(work: () => T): T {
  const context = storage.getStore();
  return context ? storage.run({ ...context }, work) : work();
}

/** Work that is asked for inside this process instead of by a request: `path` says what it is, the ids are new. */
export function withOwnContext<T>(path: string, work: () => T): T {
  const requestId = randomUUID();
  const startedAt = performance.now();
  return storage.run({ requestId, correlationId: requestId, method: 'CALL', path, ip: '', startedAt }, work);
}

type Known = 'actor' | 'userId' | 'clientId' | 'grantId' | 'sessionId' | 'reason' | 'ticket' | 'claimed';

/** Adds what becomes known while the request is served (its session, its bearer, its client). */
export function identify(known: Partial<Pick<AuditContext, Known>>): void {
  const context = storage.getStore();
  if (context) Object.assign(context, known);
}

/** Links of letters let somebody in: what follows `/link/` is in no log and no record. */
export const loggedPath = (path: string): string => path.replace(/(\/link\/)[^/?]+/gi, '$1…');

const SAFE_ID = /^[A-Za-z0-9._:-]{8,128}$/;

function idFrom(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && SAFE_ID.test(header) ? header : undefined;
}

/** Express middleware: opens the context before any guard, so that refusals have one too. */
export function auditContext(req: Request, res: Response, next: NextFunction): void {
  const requestId = idFrom(req.headers['x-request-id']) ?? randomUUID();
  const userAgent = req.headers['user-agent'];
  res.setHeader('X-Request-Id', requestId);
  const context: AuditContext = {
    requestId,
    correlationId: idFrom(req.headers['x-correlation-id']) ?? requestId,
    method: req.method,
    path: loggedPath(req.path),
    ip: req.ip ?? '',
    ...(userAgent && { userAgent }),
    startedAt: performance.now(),
  };
  storage.run(context, next);
}
