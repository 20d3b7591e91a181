import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import { OutboundHttp, OutboundRefused, type OutboundAnswer } from '../../../outbound/index.js';
import type { ClientMetadata } from '../client-metadata.js';
import { freshSeconds } from '../fresh-seconds.js';
import { etagOf } from './etag.js';
import { DocumentRefused } from './document-refused.js';
import { readDocument } from './read-document.js';

const MOST_SECONDS = 86_400;
const TIMEOUT_MS = 5_000;
const GONE = [404, 410];
const NEVER_PASSING: readonly string[] = [
  'url_not_allowed',
  'address_not_allowed',
  'answer_too_large',
  'answer_encoded',
];

export interface FetchedDocument {
  /** Absent when it is the one we have. */
  readonly metadata?: ClientMetadata;
  readonly etag?: string;
  readonly until: Date;
}

/** Gets the document of a client from its own site. */
@Injectable()
export class DocumentFetch {
  constructor(
    private readonly config: AppConfig,
    private readonly outbound: OutboundHttp,
  ) {}

  /** @throws DocumentRefused, OAuthError */
  async fetch(url: string, known: string | null): Promise<FetchedDocument> {
    const answer = await this.ask(url, known);
    const { status, headers, body } = answer;
    const until = new Date(Date.now() + freshSeconds(headers, MOST_SECONDS) * 1_000);
    const etag = etagOf(headers);
    if (status === 304 && known !== null) return { etag: etag ?? known, until };
    // Only 200 counts, and no redirect is followed (§5 of the draft).
    if (status !== 200) throw new DocumentRefused(`document_status_${status}`, !GONE.includes(status));
    return {
      metadata: readDocument(url, headers['content-type'], body),
      ...(etag !== undefined && { etag }),
      until,
    };
  }

  private async ask(url: string, known: string | null): Promise<OutboundAnswer> {
    try {
      return await this.outbound.send(url, {
        headers: { accept: 'application/json', ...(known !== null && { 'if-none-match': known }) },
        maxBytes: this.config.limits.clientDocument,
        timeoutMs: TIMEOUT_MS,
      });
    } catch (error) {
      if (!(error instanceof OutboundRefused)) throw error;
      const { reason } = error;
      throw new DocumentRefused(`document_${reason}`, !NEVER_PASSING.includes(reason), { cause: error });
    }
  }
}
