import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../../audit/index.js';
import { OAuthError } from '../../oauth-error.js';
import { ClientDirectory, type ClientUse, type DocumentSource } from '../client-directory.js';
import type { Client } from '../client.entity.js';
import { DocumentRefused } from './document-refused.js';
import { DocumentRenewal } from './document-renewal.js';
import { DocumentRules } from './document-rules.js';

const DAY_MS = 86_400_000;
const RETRY_SECONDS = 60;

/** Clients that say who they are in a document at the URL that is their id. */
@Injectable()
export class ClientDocuments implements DocumentSource, OnModuleInit {
  constructor(
    private readonly directory: ClientDirectory,
    private readonly rules: DocumentRules,
    private readonly renewal: DocumentRenewal,
    private readonly audit: AuditLog,
  ) {}

  onModuleInit(): void {
    this.directory.readDocumentsFrom(this);
  }

  /** @throws OAuthError temporarily_unavailable, Throttled */
  async current(id: string, stored: Client | null, use: ClientUse): Promise<Client | null> {
    const refusal = await this.rules.refusal(id);
    if (refusal) return this.refuse(id, refusal);
    // Nothing is asked about a suspended client, and nothing is said that tells it from an unknown one.
    if (stored && (stored.trustState === 'suspended' || ageOf(stored) <= 0)) return stored;
    if (stored && use === 'token') return this.forTokens(stored);
    await this.rules.throttle();
    try {
      return await this.renewal.now(id, stored?.documentEtag ?? null);
    } catch (error) {
      if (error instanceof DocumentRefused) return this.refuse(id, error.reason);
      throw error;
    }
  }

  /** An outage of the client's site logs nobody out: what is stored goes on being used for a while. */
  private async forTokens(stored: Client): Promise<Client | null> {
    const { id, documentEtag } = stored;
    const usable = ageOf(stored) < toleranceOf(stored);
    if (usable && stored.authMethod === 'none') {
      this.renewal.soon(stored);
      return stored;
    }
    if (usable && !this.renewal.isDue(id)) return stored;
    try {
      return await this.renewal.now(id, documentEtag);
    } catch (error) {
      if (!(error instanceof DocumentRefused)) throw error;
      if (usable) {
        await this.renewal.note(id, error);
        return stored;
      }
      if (!error.passing) return this.refuse(id, error.reason);
      throw new OAuthError('temporarily_unavailable', 'The metadata document cannot be had at the moment', {
        retryAfter: RETRY_SECONDS,
        reason: error.reason,
      });
    }
  }

  /** The caller learns no more than of any unknown client; the audit trail says why. */
  private async refuse(id: string, reason: string): Promise<null> {
    await this.audit.decide({
      type: 'client.document.refused',
      outcome: { result: 'denied', reason },
      clientId: id.slice(0, 2_048),
    });
    return null;
  }
}

/** For how long the copy has been old; less than nothing while it is fresh. */
const ageOf = ({ documentUntil }: Client): number => Date.now() - (documentUntil?.getTime() ?? 0);

/** Keys that nobody confirms any more are good for less long. */
const toleranceOf = ({ authMethod }: Client): number => (authMethod === 'none' ? 7 : 1) * DAY_MS;
