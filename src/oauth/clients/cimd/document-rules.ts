import { Injectable } from '@nestjs/common';
import { currentAudit } from '../../../audit/index.js';
import { AppConfig } from '../../../config/index.js';
import { OutboundHttp } from '../../../outbound/index.js';
import { addressKey, RateLimiter, Throttled } from '../../../throttling/index.js';
import { RegistrationPolicies } from '../../registration/registration-policies.js';
import { mayFetchDocument } from '../registration-rules.js';
import { isDocumentUrl } from './document-url.js';

/** What is decided about a client by its URL and by who asks, before anything is sent anywhere. */
@Injectable()
export class DocumentRules {
  constructor(
    private readonly config: AppConfig,
    private readonly rules: RegistrationPolicies,
    private readonly outbound: OutboundHttp,
    private readonly limiter: RateLimiter,
  ) {}

  /** Why the document at this URL is not asked for, as a code for the audit trail. */
  async refusal(id: string): Promise<string | undefined> {
    if (!this.config.policies.clients.metadata_documents) return 'documents_off';
    if (!isDocumentUrl(id)) return 'document_url_malformed';
    if (!mayFetchDocument(await this.rules.lately(), id)) return 'document_not_trusted';
    if (new URL(id).origin === this.config.origin) return 'document_url_own';
    return this.outbound.mayCall(id) ? undefined : 'document_url_not_allowed';
  }

  /**
   * Anybody can name a URL: counted by address, as registrations are.
   * @throws Throttled
   */
  async throttle(): Promise<void> {
    const verdict = await this.limiter.consume(
      'client-document',
      addressKey(currentAudit()?.ip ?? ''),
      this.config.limits.registration,
    );
    if (!verdict.allowed) throw new Throttled('client-document', verdict.retryAfter);
  }
}
