import { Controller, Get, NotFoundException, Param, Res, UseFilters } from '@nestjs/common';
import type { Response } from 'express';
import { PageErrorFilter } from '../sessions/index.js';
import { SamlProvider } from './saml/saml-provider.js';
import { SsoProviders } from './sso-providers.js';

const MAX_AGE_SECONDS = 3_600;

/** What a SAML provider is told about this server; nothing in it is secret. */
@Controller('sso')
@UseFilters(PageErrorFilter)
export class SamlMetadataController {
  constructor(private readonly providers: SsoProviders) {}

  @Get(':provider/metadata')
  async show(@Param('provider') id: string, @Res() res: Response): Promise<void> {
    const provider = (await this.providers.find(id))?.provider;
    if (!(provider instanceof SamlProvider)) throw new NotFoundException();
    res.setHeader('Content-Type', 'application/samlmetadata+xml; charset=utf-8');
    res.setHeader('Cache-Control', `public, max-age=${MAX_AGE_SECONDS}`);
    res.end(provider.metadata);
  }
}
