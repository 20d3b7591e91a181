import { Controller, Get, NotFoundException, Param, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { answerCacheable } from '../keys/index.js';
import { AuthorizationServerMetadata } from './authorization-server-metadata.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';

/** Seconds */
const MAX_AGE = 300;

/**
 * RFC 8414 §3 and OpenID Connect Discovery §4, in every spelling that clients try: at the root, with the issuer's
 * path inserted, and appended to it (the base path is taken off before routing).
 */
@Controller('.well-known')
@UseFilters(OAuthErrorFilter)
export class DiscoveryController {
  constructor(
    private readonly config: AppConfig,
    private readonly metadata: AuthorizationServerMetadata,
  ) {}

  @Get(['oauth-authorization-server', 'openid-configuration'])
  root(@Req() req: Request, @Res() res: Response): void {
    this.answer(req, res);
  }

  @Get(['oauth-authorization-server/*path', 'openid-configuration/*path'])
  inserted(@Req() req: Request, @Res() res: Response, @Param('path') path: string[] | string): void {
    const suffix = `/${Array.isArray(path) ? path.join('/') : path}`;
    if (this.config.basePath === '' || suffix !== this.config.basePath) throw new NotFoundException();
    this.answer(req, res);
  }

  private answer(req: Request, res: Response): void {
    answerCacheable(req, res, this.metadata.document(), MAX_AGE);
  }
}
