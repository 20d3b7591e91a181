import { Controller, Get, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { BrowserScripts } from './browser-scripts.js';
import { Stylesheet } from './stylesheet.js';

@Controller('assets')
export class AssetsController {
  constructor(
    private readonly stylesheet: Stylesheet,
    private readonly scripts: BrowserScripts,
  ) {}

  @Get('gatehouse.css')
  css(@Query('v') version: unknown, @Res() res: Response): void {
    send(res, 'text/css', this.stylesheet.css, version === this.stylesheet.version);
  }

  @Get('passkeys.js')
  passkeys(@Query('v') version: unknown, @Res() res: Response): void {
    send(res, 'text/javascript', this.scripts.passkeys, version === this.scripts.version);
  }
}

function send(res: Response, type: string, content: string, isCurrent: boolean): void {
  // During an upgrade a page of the new version may reach an old replica: that answer must not be kept.
  res.setHeader('Cache-Control', isCurrent ? 'public, max-age=31536000, immutable' : 'no-cache');
  res.setHeader('Content-Type', `${type}; charset=utf-8`);
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  res.send(content);
}
