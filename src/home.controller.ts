import { Controller, Get, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from './config/index.js';
import { Pages } from './pages/index.js';
import { PageErrorFilter, SessionsService } from './sessions/index.js';

/** What somebody sees who opens the address of the server in a browser. */
@Controller()
@UseFilters(PageErrorFilter)
export class HomeController {
  constructor(
    private readonly config: AppConfig,
    private readonly pages: Pages,
    private readonly sessions: SessionsService,
  ) {}

  @Get()
  async home(@Req() req: Request, @Res() res: Response): Promise<void> {
    const person = await this.sessions.resolve(req);
    this.pages.send(req, res, {
      page: 'home',
      mcpUrl: this.config.mcpResource,
      adminDocsHref: '/admin/docs',
      ...(person && { signedInAs: person.email }),
    });
  }
}
