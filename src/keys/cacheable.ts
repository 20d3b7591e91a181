import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

/** Answers a public document, or 304 when the caller has it already (RFC 9110 §13.1.2). `no-store` without `maxAge`. */
export function answerCacheable(req: Request, res: Response, document: object, maxAge?: number): void {
  const body = JSON.stringify(document);
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  res.set({
    'Cache-Control': maxAge === undefined ? 'no-store' : `public, max-age=${maxAge}`,
    ETag: etag,
    'Access-Control-Allow-Origin': '*',
  });
  if (isKnown(req.headers['if-none-match'], etag)) res.status(304).end();
  else res.type('application/json').send(body);
}

/** The comparison is weak: proxies that compress mark tags as `W/`. */
function isKnown(header: string | undefined, etag: string): boolean {
  const known = (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}
