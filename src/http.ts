import { BadRequestException } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { PinoLogger } from 'nestjs-pino';
import { ProblemFilter, setUpAdminDocs } from './admin/index.js';
import { auditContext, Refusals } from './audit/index.js';
import { bodies, cutOff } from './bodies.js';
import { AppConfig } from './config/index.js';
import { crossOrigin } from './cors.js';
import { refuseForeignForms } from './foreign-forms.js';
import { inTurn } from './in-turn.js';
import { JsonRpcFilter } from './mcp/index.js';
import { OAuthErrorFilter } from './oauth/index.js';
import { ScimFilter } from './scim/index.js';
import { requestLog } from './request-log.js';
import { PageErrorFilter } from './sessions/index.js';
import { UnmatchedFilter } from './unmatched.filter.js';
import { headerValues } from './wire/index.js';

/** Spellings of MCP's 2025-03-26 revision. Routes take no notice of case. */
const ALIASES = /^\/(?:authorize|token|register)\/?$/i;
/** Everything that is done to the application object. */
export function setUpHttp(app: NestExpressApplication, config: AppConfig): void {
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustedProxies.length > 0 ? [...config.trustedProxies] : false);
  // Repeated parameters become lists, and `a[b]=c` stays a name: nothing is nested (RFC 6749 §3.1).
  app.set('query parser', 'simple');
  app.set('etag', false);
  app.use(
    inTurn(
      withoutBasePath(config.basePath),
      auditContext,
      requestLog(PinoLogger.root),
      cutOff,
      hardening(config),
      refuseTwoHosts,
      crossOrigin,
      refuseForeignForms(config.origin),
      ...(config.policies.clients.legacy_aliases ? [] : [refuseAliases]),
      ...bodies(config),
    ),
  );
  app.useGlobalFilters(
    new UnmatchedFilter({
      admin: app.get(ProblemFilter),
      mcp: new JsonRpcFilter(app.get(Refusals)),
      oauth: app.get(OAuthErrorFilter),
      pages: app.get(PageErrorFilter),
      scim: app.get(ScimFilter),
    }),
  );
  setUpAdminDocs(app, config);
  app.enableShutdownHooks([], { useProcessExit: true });
}

/** The public URL may have a path; whether the proxy keeps or strips it, the routes are the same. */
function withoutBasePath(basePath: string): RequestHandler {
  return (req: Request, _res: Response, next: NextFunction) => {
    if (
      basePath !== '' &&
      (req.url === basePath || req.url.startsWith(`${basePath}/`) || req.url.startsWith(`${basePath}?`))
    ) {
      req.url = req.url.slice(basePath.length).replace(/^(?!\/)/, '/');
    }
    next();
  };
}

/** Headers that every answer carries; pages set stricter ones of their own. */
function hardening(config: AppConfig): RequestHandler {
  const headers = Object.entries({
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    ...(config.secure && { 'Strict-Transport-Security': 'max-age=31536000' }),
  });
  return (_req: Request, res: Response, next: NextFunction) => {
    for (const [name, value] of headers) res.setHeader(name, value);
    next();
  };
}

/** RFC 9112 §3.2. Two lines are two opinions on where the request is to go: a proxy and we could each believe another. */
function refuseTwoHosts(req: Request, _res: Response, next: NextFunction): void {
  next(headerValues(req.rawHeaders, 'host').length > 1 ? new BadRequestException() : undefined);
}

function refuseAliases(req: Request, res: Response, next: NextFunction): void {
  if (!ALIASES.test(req.path)) {
    next();
    return;
  }
  res.status(404).json({ error: 'invalid_request', error_description: 'There is no such endpoint' });
}
