import { Injectable } from '@nestjs/common';
import { SealedFeed } from '../feed/sealed-feed.js';
import { formatOf } from '../formats/index.js';
import type { ProvenExport, SealedEvent } from '../proof/index.js';
import type { AuditFilters } from '../search/audit-filters.js';

const PAGE = 500;

export interface ExportPart {
  readonly text: string;
  readonly events: number;
}

/** Writes an export out, page by page: however large it is, one page of it is in memory. */
@Injectable()
export class ExportText {
  constructor(private readonly feed: SealedFeed) {}

  async *parts(
    { format, filters }: { format: string; filters: AuditFilters },
    proven: ProvenExport,
  ): AsyncGenerator<ExportPart> {
    const { header, line, name } = formatOf(format);
    if (name === 'json') {
      yield* this.provenParts(filters, proven);
      return;
    }
    if (header !== undefined) yield { text: `${header}\r\n`, events: 0 };
    for await (const page of this.pages(filters, proven.treeSize))
      yield {
        text: page.map((event) => `${line(event)}${name === 'csv' ? '\r\n' : '\n'}`).join(''),
        events: page.length,
      };
  }

  /** With all that an offline verifier needs. */
  private async *provenParts(filters: AuditFilters, proven: ProvenExport): AsyncGenerator<ExportPart> {
    yield { text: lineOf(proven.header), events: 0 };
    for await (const page of this.pages(filters, proven.treeSize)) {
      let text = '';
      for await (const line of proven.lines(page)) text += lineOf(line);
      yield { text, events: page.length };
    }
    for await (const line of proven.end()) yield { text: lineOf(line), events: 0 };
  }

  private async *pages(filters: AuditFilters, to: number): AsyncGenerator<readonly SealedEvent[]> {
    for (let from = 0; from < to;) {
      const { events, next } = await this.feed.read({ filters, from, to, limit: PAGE });
      // Even an empty page tells whoever waits that the work goes on.
      yield events;
      if (next === from) return;
      from = next;
    }
  }
}

const lineOf = (line: object): string => `${JSON.stringify(line)}\n`;
