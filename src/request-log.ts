import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { currentAudit, loggedPath } from './audit/index.js';

/** One line for each request that was served, without query, headers or bodies, which may carry secrets. */
export function requestLog(logger: Logger): RequestHandler {
  // Nothing in these lines can be a secret, and to look for one in each costs more than the line.
  const lines = logger.child({}, { redact: [], serializers: { req: asIs, res: asIs } });
  return (req: Request, res: Response, next: NextFunction) => {
    if (!req.url.startsWith('/health/')) {
      const [startedAt, id] = [performance.now(), currentAudit()?.requestId];
      const { method, path } = req;
      res.once('close', () => {
        const level = res.statusCode >= 500 ? 'error' : 'info';
        if (!lines.isLevelEnabled(level)) return;
        const line = {
          req: { id, method, path: loggedPath(path) },
          res: { status: res.statusCode },
          responseTime: Math.round(performance.now() - startedAt),
        };
        lines[level](line, messageOf(res));
      });
    }
    next();
  };
}

/** Instead of pino's own, which look for other members. */
const asIs = (value: object): object => value;

function messageOf({ writableFinished, statusCode }: Response): string {
  if (!writableFinished) return 'request aborted';
  return statusCode >= 500 ? 'request errored' : 'request completed';
}
