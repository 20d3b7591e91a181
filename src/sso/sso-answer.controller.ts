import { Controller, NotFoundException, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { PageErrorFilter } from '../sessions/index.js';
import type { SsoProvider } from './providers/provider.js';
import { RelayedForms } from './relayed-forms.js';
import { SsoAudit } from './sso-audit.js';
import { SignInRejected, SsoFailure } from './sso-failure.js';
import { SsoProviders } from './sso-providers.js';
import { SsoFilter } from './sso.filter.js';

/** As this server makes them; the provider has to give back what it was given. */
const STATE = /^[\w-]{43}$/;

/** The form of a provider comes from its own site, without our cookies: the browser is sent here once more, with them. */
@Controller('sso')
@UseFilters(PageErrorFilter, SsoFilter)
export class SsoAnswerController {
  constructor(
    private readonly providers: SsoProviders,
    private readonly forms: RelayedForms,
    private readonly audit: SsoAudit,
    private readonly config: AppConfig,
  ) {}

  @Post(':provider/callback')
  async receive(@Req() req: Request, @Res() res: Response): Promise<void> {
    const provider = (await this.providers.find(req.params['provider']))?.provider;
    if (!provider?.answerForm) throw new NotFoundException();
    res.setHeader('Cache-Control', 'no-store');
    try {
      const { state, form } = readForm(req.body, provider.answerForm);
      const handle = await this.forms.keep(provider.id, form, req.ip ?? '');
      const query = new URLSearchParams({ state, form: handle });
      res.redirect(303, `${this.config.basePath}/sso/${provider.id}/callback?${query.toString()}`);
    } catch (error) {
      if (error instanceof SsoFailure) await this.audit.failed(provider.id, error);
      throw error;
    }
  }
}

/** Nothing of it is looked at but that it could be an answer to somebody. */
function readForm(
  body: unknown,
  names: NonNullable<SsoProvider['answerForm']>,
): { state: string; form: Record<string, string> } {
  const given = (body ?? {}) as Record<string, unknown>;
  const [state, answer] = [given[names.state], given[names.answer]];
  if (typeof answer !== 'string' || answer === '') throw new SignInRejected('response_missing');
  if (state === undefined || state === '') throw new SignInRejected('response_unsolicited');
  if (typeof state !== 'string' || !STATE.test(state)) throw new SignInRejected('state_mismatch');
  return { state, form: { [names.answer]: answer } };
}
