import { Catch, Injectable, type ArgumentsHost } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Refusals } from '../../audit/index.js';
import { Pages } from '../../pages/index.js';
import { PageErrorFilter, SessionsService, type PageFailure } from '../../sessions/index.js';
import { AuthorizationResponses } from './authorization-responses.js';
import { isUnproved } from './redirect-uri.js';
import { RefusedRequest, UntrustedRequest } from './refusals.js';

const UNTRUSTED = {
  unknown_client: 'unknown_client',
  wrong_redirect_uri: 'wrong_redirect',
  malformed: 'malformed',
  expired_request: 'expired_request',
} as const;

/** Sends what the client may know to its redirect URI, and shows everything else as a page that leads nowhere. */
@Catch()
@Injectable()
export class AuthorizeErrorFilter extends PageErrorFilter {
  constructor(
    pages: Pages,
    private readonly records: Refusals,
    private readonly responses: AuthorizationResponses,
    private readonly sessions: SessionsService,
  ) {
    super(pages, records);
  }

  override async catch(cause: unknown, host: ArgumentsHost): Promise<void> {
    if (!(cause instanceof RefusedRequest)) return super.catch(cause, host);
    const { target, error } = cause;
    const http = host.switchToHttp();
    const res = http.getResponse<Response>();
    const mayGo = await this.mayBeSent(cause, http.getRequest<Request>());
    const decisionId = await this.records.record('authz.request.rejected', error.status, error.reason);
    if (mayGo) this.responses.sendError(res, target, error);
    else this.responses.offerError(res, target, error, decisionId);
  }

  protected override translate(cause: unknown): PageFailure {
    if (cause instanceof UntrustedRequest)
      return { kind: UNTRUSTED[cause.kind], status: 400, reason: cause.reason };
    return super.translate(cause);
  }

  /** RFC 9700 §4.11.2: nobody is sent to a stranger's host by a link alone. */
  private async mayBeSent({ target }: RefusedRequest, req: Request): Promise<boolean> {
    if (target.silent || !isUnproved(target.client, target.redirectUri)) return true;
    try {
      return (await this.sessions.resolve(req)) !== undefined;
    } catch (error) {
      if (this.records.unavailable(error)) return false;
      throw error;
    }
  }
}
