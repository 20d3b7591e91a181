import { ForbiddenException } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { isOwnForm } from './sessions/index.js';

const READING = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Endpoints of protocols: they obey what a request proves by itself. Of those that know a browser by its cookie,
 * authorization and logout are asked for from other sites by their standards, and decide nothing without a page of ours.
 */
const PROTOCOLS =
  /^\/(?:oauth2|mcp|admin|scim|sso|\.well-known|health|metrics|authorize|token|register)(?:\/|$)/i;

/** Refuses what a page of somebody else sends to one of ours, before anything reads it. The path decides, never the query. */
export function refuseForeignForms(origin: string): RequestHandler {
  return (req: Request, _res: Response, next: NextFunction) => {
    const admitted = READING.includes(req.method) || PROTOCOLS.test(req.path) || isOwnForm(req, origin);
    next(admitted ? undefined : new ForbiddenException('csrf'));
  };
}
