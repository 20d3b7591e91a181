import { Catch, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { currentAudit } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import { PageErrorFilter } from '../sessions/index.js';
import { PersonRefused, ProviderUnavailable, SsoFailure } from './sso-failure.js';

const RETRY_AFTER_SECONDS = 30;

/** What a person sees when signing in through others did not work; the reason itself is in the audit trail only. */
@Catch(SsoFailure)
@Injectable()
export class SsoFilter implements ExceptionFilter<SsoFailure> {
  constructor(
    private readonly config: AppConfig,
    private readonly pages: PageErrorFilter,
  ) {}

  async catch(failure: SsoFailure, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const [req, res] = [http.getRequest<Request>(), http.getResponse<Response>()];
    const { code: reason } = failure;
    if (failure instanceof ProviderUnavailable) {
      const retryAfter = RETRY_AFTER_SECONDS;
      await this.pages.show({ kind: 'sso_unavailable', status: 503, reason, retryAfter }, req, res);
    } else if (failure instanceof PersonRefused) {
      const kind = reason === 'email_taken' ? 'sso_email_taken' : 'sso_refused';
      await this.pages.show({ kind, status: 403, reason }, req, res);
    } else this.backToLogin(res, failure);
  }

  private backToLogin(res: Response, { returnTo }: SsoFailure): void {
    const query = new URLSearchParams({ problem: 'sso_failed', ...(returnTo && { return_to: returnTo }) });
    const decisionId = currentAudit()?.lastEventId;
    if (decisionId) res.setHeader('X-Decision-Id', decisionId);
    res.redirect(303, `${this.config.basePath}/login?${query.toString()}`);
  }
}
