import { BadRequestException, PayloadTooLargeException } from '@nestjs/common';
import {
  json,
  urlencoded,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { AppConfig } from './config/index.js';
import { discard, LINGER_MS } from './wire/index.js';

const MAX_PARAMETERS = 1_000;
/** Nothing that is read here nests deeper than this; what walks a body would run out of stack. */
const MAX_DEPTH = 32;
/** What identity providers have browsers post: a SAML response names all the groups of a person. */
const SSO_FORMS = /^\/sso\/[^/]+\/(?:callback|slo)\/?$/i;
const SSO_FORM = 256 * 1024;
/** The metadata of a SAML provider is among its settings. */
const PROVIDER_SETTINGS = /^\/admin\/v1\/identity-providers(?:\/|$)/i;

/** RFC 7644 §3.1, §3.7.4: bodies with a media type and a size of their own. */
const SCIM = /^\/scim(?:\/|$)/i;
const SCIM_TYPES = ['application/scim+json', 'application/json'];

/** `/mcp` reads its body itself, after the bearer was checked. Compressed bodies are refused: no bombs. */
export function bodies(config: AppConfig): RequestHandler[] {
  const limit = config.limits.formBody;
  const form = (most: number): RequestHandler =>
    upTo(most, urlencoded({ extended: false, limit: most, parameterLimit: MAX_PARAMETERS, inflate: false }));
  const [ordinary, fromProviders] = [form(limit), form(Math.max(limit, SSO_FORM))];
  const objects = (most: number): RequestHandler =>
    upTo(most, json({ limit: most, inflate: false, strict: true }));
  const [object, settings] = [objects(limit), objects(Math.max(limit, SSO_FORM))];
  const { body: most } = config.limits.scim;
  const directory = upTo(most, json({ limit: most, inflate: false, strict: true, type: SCIM_TYPES }));
  return [
    (req, res, next) => {
      if (SCIM.test(req.path)) directory(req, res, next);
      else (SSO_FORMS.test(req.path) ? fromProviders : ordinary)(req, res, next);
    },
    (req, res, next) => {
      if (SCIM.test(req.path) || SSO_FORMS.test(req.path)) next();
      else (PROVIDER_SETTINGS.test(req.path) ? settings : object)(req, res, next);
    },
    refuseDeep,
  ];
}

/** What is too long is refused when that is known; express itself would first read it to its end, if it has one. */
function upTo(limit: number, parser: RequestHandler): RequestHandler {
  return (req, res, next) => {
    if (/^\/mcp(?:\/|$)/i.test(req.path)) {
      next();
      return;
    }
    if (Number(req.headers['content-length'] ?? 0) > limit) {
      void discard(req).then(() => next(new PayloadTooLargeException()));
      return;
    }
    let size = 0;
    let passed = false;
    const pass = (error?: unknown): void => {
      if (!passed) next(error);
      passed = true;
    };
    void parser(req, res, pass);
    if (passed) return;
    req.on('data', ({ length }: Buffer) => {
      size += length;
      if (size - length <= limit && size > limit)
        void discard(req).then(() => pass(new PayloadTooLargeException()));
    });
  };
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

/** Who was answered before the end of a body has a moment to stop sending it; Node would go on reading for half a minute. */
export function cutOff(req: Request, res: Response, next: NextFunction): void {
  res.once('finish', () => {
    if (req.complete) return;
    setTimeout(() => void (req.complete || req.socket.destroy()), LINGER_MS).unref();
  });
  next();
}
