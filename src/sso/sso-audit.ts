import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/index.js';
import { ProviderUnavailable, type SsoFailure } from './sso-failure.js';

/** Writes down why nobody was signed in; the person only learns that it did not work. */
@Injectable()
export class SsoAudit {
  constructor(private readonly audit: AuditLog) {}

  async failed(provider: string, failure: SsoFailure): Promise<void> {
    const { code, facts } = failure;
    await this.audit.decide({
      type: 'idp.assertion.rejected',
      outcome: { result: failure instanceof ProviderUnavailable ? 'error' : 'denied', reason: code },
      details: { provider, code, ...facts },
    });
  }
}
