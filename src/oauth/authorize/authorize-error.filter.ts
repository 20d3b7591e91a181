import { Catch, Injectable, type ArgumentsHost } from '@nestjs/common';
import type { Response } from 'express';
import { Refusals } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { Pages } from '../../pages/index.js';
import { PageErrorFilter, type PageFailure } from '../../sessions/index.js';
import { RefusedRequest, UntrustedRequest } from './refusals.js';
import { sendError } from './response.js';

const UNTRUSTED = {
  unknown_client: 'unknown_client',
  wrong_redirect_uri: 'wrong_redirect',
  malformed: 'malformed',
} as const;

/** Sends what the client may know to its redirect URI, and shows everything else as a page that leads nowhere. */
@Catch()
@Injectable()
export class AuthorizeErrorFilter extends PageErrorFilter {
  constructor(
    pages: Pages,
    private readonly records: Refusals,
    private readonly config: AppConfig,
  ) {
    super(pages, records);
  }

  override async catch(cause: unknown, host: ArgumentsHost): Promise<void> {
    if (!(cause instanceof RefusedRequest)) return super.catch(cause, host);
    await this.records.record('authz.request.rejected', cause.error.status, cause.error.reason);
    sendError(host.switchToHttp().getResponse<Response>(), this.config.issuer, cause, cause.error);
  }

  protected override translate(cause: unknown): PageFailure {
    if (cause instanceof UntrustedRequest)
      return { kind: UNTRUSTED[cause.kind], status: 400, reason: cause.reason };
    return super.translate(cause);
  }
}
