import { Injectable, Logger } from '@nestjs/common';
import { aside, AuditLog } from '../../../audit/index.js';
import { isDatabaseUnavailable } from '../../../database/index.js';
import { OAuthError } from '../../oauth-error.js';
import { ClientDirectory } from '../client-directory.js';
import type { Client } from '../client.entity.js';
import { DocumentFetch } from './document-fetch.js';
import { DocumentRefused } from './document-refused.js';
import { DocumentStore } from './document-store.js';

/** After a failure nobody waits for the site again so soon, except a person who starts over. */
const PAUSE_MS = 60_000;
const MAX_FAILED = 5_000;

/** Brings what is stored of a client up to its document; requests for one that is under way share it. */
@Injectable()
export class DocumentRenewal {
  private readonly logger = new Logger('client-documents');
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly failed = new Map<string, number>();

  constructor(
    private readonly documents: DocumentFetch,
    private readonly store: DocumentStore,
    private readonly directory: ClientDirectory,
    private readonly audit: AuditLog,
  ) {}

  /** @throws DocumentRefused */
  async now(id: string, etag: string | null): Promise<Client | null> {
    await this.shared(id, etag);
    return this.directory.stored(id);
  }

  /** Whether it has not just failed. */
  isDue(id: string): boolean {
    const at = this.failed.get(id);
    return at === undefined || performance.now() - at >= PAUSE_MS;
  }

  /** Nobody waits for it, and nobody is refused when it fails. */
  soon({ id, documentEtag }: Client): void {
    if (!this.isDue(id) || this.underWay.has(id)) return;
    this.shared(id, documentEtag).catch((error: unknown) => this.note(id, error));
  }

  /** That a client could not be renewed although nobody was refused for it. */
  async note(id: string, error: unknown): Promise<void> {
    if (!(error instanceof DocumentRefused)) {
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
      return;
    }
    const { reason } = error;
    const fact = { type: 'client.document.refused', clientId: id, actor: { type: 'client', id } } as const;
    const outcome = { result: 'error', reason } as const;
    await aside(() => this.audit.decide({ ...fact, outcome, details: { used_stale: true } })).catch(
      (cause: unknown) => this.logger.warn({ reason, cause }, 'a refused document could not be audited'),
    );
  }

  private shared(id: string, etag: string | null): Promise<void> {
    const same = this.underWay.get(id);
    if (same) return same;
    const renewing = aside(() => this.renew(id, etag)).finally(() => this.underWay.delete(id));
    this.underWay.set(id, renewing);
    return renewing;
  }

  private async renew(id: string, etag: string | null): Promise<void> {
    try {
      await this.store.keep(id, await this.documents.fetch(id, etag));
      this.failed.delete(id);
    } catch (error) {
      if (this.failed.size >= MAX_FAILED) this.failed.delete(this.failed.keys().next().value!);
      this.failed.set(id, performance.now());
      // A rule that holds for every client was broken.
      if (error instanceof OAuthError)
        throw new DocumentRefused(`document_${error.reason}`, false, { cause: error });
      throw error;
    } finally {
      this.directory.forget(id);
    }
  }
}
