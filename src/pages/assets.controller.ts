import { Controller, Get, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Stylesheet } from './stylesheet.js';

@Controller('assets')
export class AssetsController {
  constructor(private readonly stylesheet: Stylesheet) {}

  @Get('gatehouse.css')
  css(@Query('v') version: unknown, @Res() res: Response): void {
    // During an upgrade a page of the new version may reach an old replica: that answer must not be kept.
    const current = version === this.stylesheet.version;
    res.setHeader('Cache-Control', current ? 'public, max-age=31536000, immutable' : 'no-cache');
    res.setHeader('Content-Type', 'text/css; charset=utf-8');
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    res.send(this.stylesheet.css);
  }
}
