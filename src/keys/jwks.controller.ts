import { createHash } from 'node:crypto';
import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { KeyRing } from './key-ring.js';

/** Shorter than any overlap of two signing keys, so that a cached set never lacks a key in use. */
const MAX_AGE = 300;

@Controller('oauth2/jwks')
export class JwksController {
  constructor(private readonly ring: KeyRing) {}

  /** RFC 7517 §5: public members only. */
  @Get()
  jwks(@Req() req: Request, @Res() res: Response): void {
    const body = JSON.stringify({ keys: this.ring.published() });
    const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
    res.set({
      'Cache-Control': `public, max-age=${MAX_AGE}`,
      ETag: etag,
      'Access-Control-Allow-Origin': '*',
    });
    if (req.headers['if-none-match'] === etag) {
      res.status(304).end();
      return;
    }
    res.type('application/json').send(body);
  }
}
