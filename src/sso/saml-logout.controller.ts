import {
  All,
  BadRequestException,
  Controller,
  MethodNotAllowedException,
  NotFoundException,
  Req,
  Res,
  UseFilters,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { Pages } from '../pages/index.js';
import { PageErrorFilter } from '../sessions/index.js';
import { ReceivedLogouts } from './received-logouts.js';
import type { SamlMessage } from './saml/logout-request.js';
import { SamlProvider } from './saml/saml-provider.js';
import { SsoFailure } from './sso-failure.js';
import { SsoProviders } from './sso-providers.js';

/**
 * SAML Profiles §4.4: the provider says, through whatever browser, that a session there is over. It proves that by
 * itself; no cookie of ours counts here.
 */
@Controller('sso')
@UseFilters(PageErrorFilter)
export class SamlLogoutController {
  constructor(
    private readonly providers: SsoProviders,
    private readonly logouts: ReceivedLogouts,
    private readonly pages: Pages,
  ) {}

  @All(':provider/slo')
  async receive(@Req() req: Request, @Res() res: Response): Promise<void> {
    const provider = (await this.providers.find(req.params['provider']))?.provider;
    if (!(provider instanceof SamlProvider)) throw new NotFoundException();
    res.setHeader('Cache-Control', 'no-store');
    try {
      const read = () => provider.receiveLogout(messageOf(req));
      const { answer } = await this.logouts.receive(provider.id, req.ip ?? '', read);
      const back = await answer();
      if (back === undefined) this.pages.send(req, res, { page: 'signed-out' });
      else res.redirect(303, back);
    } catch (error) {
      throw error instanceof SsoFailure ? new BadRequestException() : error;
    }
  }
}

/** SAML Bindings §3.4, §3.5: what was signed of a query is how it was written. */
function messageOf(req: Request): SamlMessage {
  if (req.method === 'POST') return { binding: 'post', fields: (req.body ?? {}) as Record<string, unknown> };
  if (req.method !== 'GET') throw new MethodNotAllowedException();
  const { originalUrl } = req;
  const at = originalUrl.indexOf('?');
  return { binding: 'redirect', query: at < 0 ? '' : originalUrl.slice(at + 1) };
}
