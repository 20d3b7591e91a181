import { Controller, Get, Header, NotFoundException, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ConsoleFiles } from './console-files.js';

/** Scripts and styles of this server alone, and calls to it alone. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'self'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

@Controller('console')
export class ConsoleController {
  constructor(private readonly files: ConsoleFiles) {}

  @Get('assets/:name')
  @Header('Cross-Origin-Resource-Policy', 'same-origin')
  @Header('Vary', 'Accept-Encoding')
  asset(@Param('name') name: string, @Req() req: Request, @Res() res: Response): void {
    const file = this.files.asset(name);
    if (!file) throw new NotFoundException();
    const brotli = req.acceptsEncodings('br') ? file.brotli : undefined;
    res.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
    res.setHeader('Content-Type', file.type);
    if (brotli) res.setHeader('Content-Encoding', 'br');
    res.send(brotli ?? file.content);
  }

  /** Every address below is the same page: which screen it shows is the browser's business. */
  @Get(['', '*path'])
  @Header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
  @Header('Cross-Origin-Opener-Policy', 'same-origin')
  // An upgrade changes which files it names.
  @Header('Cache-Control', 'no-cache')
  page(@Req() req: Request, @Res() res: Response): void {
    const { page } = this.files;
    if (!page) throw new NotFoundException();
    res.setHeader('ETag', page.etag);
    if (req.headers['if-none-match'] === page.etag) res.status(304).end();
    else res.setHeader('Content-Type', 'text/html; charset=utf-8').send(page.html);
  }
}
