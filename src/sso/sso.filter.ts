import { Catch, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { currentAudit } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import type { PageErrorKind } from '../pages/index.js';
import { PageErrorFilter } from '../sessions/index.js';
import { PersonRefused, ProviderUnavailable, SsoFailure } from './sso-failure.js';

const RETRY_AFTER_SECONDS = 30;

/** Refusals that the person can do something about; the others are told in general words. */
const REFUSALS: Readonly<Record<string, PageErrorKind>> = {
  email_taken: 'sso_email_taken',
  sign_up_closed: 'sso_no_account',
  domain_not_allowed: 'sso_other_domain',
  hosted_domain_not_allowed: 'sso_other_domain',
  identity_of_another: 'sso_identity_taken',
};
/** It did confirm the sign-in, only not that it is a new one. */
const NOT_FRESH = ['sign_in_time_missing', 'sign_in_not_fresh'];

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
      const kind = REFUSALS[reason] ?? 'sso_refused';
      await this.pages.show({ kind, status: 403, reason }, req, res);
    } else if (failure.isLink) this.backToAccount(res);
    else this.backToLogin(res, failure);
  }

  private backToAccount(res: Response): void {
    withDecision(res).redirect(303, `${this.config.basePath}/account?done=sign_in_not_connected`);
  }

  private backToLogin(res: Response, { code, returnTo, maxAge }: SsoFailure): void {
    const query = new URLSearchParams({
      problem: NOT_FRESH.includes(code) ? 'sso_not_fresh' : 'sso_failed',
      ...(returnTo && { return_to: returnTo }),
      ...(maxAge !== undefined && { max_age: String(maxAge) }),
    });
    withDecision(res).redirect(303, `${this.config.basePath}/login?${query.toString()}`);
  }
}

function withDecision(res: Response): Response {
  const decisionId = currentAudit()?.lastEventId;
  if (decisionId) res.setHeader('X-Decision-Id', decisionId);
  return res;
}
