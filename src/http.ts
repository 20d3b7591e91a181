import { BadRequestException } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import {
  json,
  urlencoded,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { ProblemFilter, setUpAdminDocs } from './admin/index.js';
import { auditContext, Refusals } from './audit/index.js';
import { AppConfig } from './config/index.js';
import { crossOrigin } from './cors.js';
import { JsonRpcFilter } from './mcp/index.js';
import { OAuthErrorFilter } from './oauth/index.js';
import { PageErrorFilter } from './sessions/index.js';
import { UnmatchedFilter } from './unmatched.filter.js';

/** Spellings of MCP's 2025-03-26 revision. Routes take no notice of case. */
const ALIASES = /^\/(?:authorize|token|register)\/?$/i;
const MAX_PARAMETERS = 1_000;
/** Nothing that is read here nests deeper than this; what walks a body would run out of stack. */
const MAX_DEPTH = 32;

/** Everything that is done to the application object. */
export function setUpHttp(app: NestExpressApplication, config: AppConfig): void {
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustedProxies.length > 0 ? [...config.trustedProxies] : false);
  // Repeated parameters become lists, and `a[b]=c` stays a name: nothing is nested (RFC 6749 §3.1).
  app.set('query parser', 'simple');
  app.set('etag', false);
  app.use(withoutBasePath(config.basePath), auditContext, hardening(config), crossOrigin);
  if (!config.policies.clients.legacy_aliases) app.use(ALIASES, refuse);
  app.use(...bodies(config), refuseDeep);
  app.useGlobalFilters(
    new UnmatchedFilter({
      admin: app.get(ProblemFilter),
      mcp: new JsonRpcFilter(app.get(Refusals)),
      oauth: app.get(OAuthErrorFilter),
      pages: app.get(PageErrorFilter),
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
  return (_req: Request, res: Response, next: NextFunction) => {
    res.set({
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      'Referrer-Policy': 'no-referrer',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      ...(config.secure && { 'Strict-Transport-Security': 'max-age=31536000' }),
    });
    next();
  };
}

function refuse(_req: Request, res: Response): void {
  res.status(404).json({ error: 'invalid_request', error_description: 'There is no such endpoint' });
}

/** `/mcp` reads its body itself, after the bearer was checked. Compressed bodies are refused: no bombs. */
function bodies(config: AppConfig): [RequestHandler, RequestHandler] {
  const limit = config.limits.formBody;
  const form = urlencoded({ extended: false, limit, parameterLimit: MAX_PARAMETERS, inflate: false });
  const object = json({ limit, inflate: false, strict: true });
  const except =
    (parser: RequestHandler): RequestHandler =>
    (req, res, next) => {
      if (/^\/mcp(?:\/|$)/i.test(req.path)) next();
      else void parser(req, res, next);
    };
  return [except(form), except(object)];
}

function refuseDeep(req: Request, _res: Response, next: NextFunction): void {
  let level: unknown[] = [req.body];
  for (let depth = 0; level.length > 0 && depth <= MAX_DEPTH; depth++) {
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : [],
    );
  }
  next(level.length > 0 ? new BadRequestException() : undefined);
}
