import type { NextFunction, Request, Response } from 'express';

/** Endpoints that scripts on any web page may read: they use no cookie, so `*` and never credentials. */
const OPEN =
  /^\/(?:\.well-known\/|oauth2\/(?:token|par|register|revoke|userinfo|jwks)(?:\/|$)|(?:token|register)\/?$)/i;

/** CORS for those endpoints, on refusals too. `/mcp` has its own list of origins; everything else answers no CORS at all. */
export function crossOrigin(req: Request, res: Response, next: NextFunction): void {
  if (!OPEN.test(req.path)) {
    next();
    return;
  }
  res.set({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'WWW-Authenticate, DPoP-Nonce, Retry-After, X-Decision-Id',
  });
  if (req.method !== 'OPTIONS' || req.headers['access-control-request-method'] === undefined) {
    next();
    return;
  }
  res
    .set({
      'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE, OPTIONS',
      'Access-Control-Allow-Headers': 'authorization, content-type, accept, mcp-protocol-version, dpop',
      'Access-Control-Max-Age': '600',
    })
    .status(204)
    .end();
}
