import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  cappedAt,
  countStatement,
  pageOfRows,
  type CappedCount,
  type KeysetPage,
} from '../database/index.js';
import type { AuditEventBody } from './audit-row.js';
import {
  countedStatement,
  fromTheStart,
  nearStatement,
  pageStatement,
  windowEndStatement,
  type AuditQuery,
  type Statement,
} from './search/search-statements.js';

export type AuditPage = KeysetPage<AuditEventBody>;

/** Reads the audit trail. Reading it is itself audited by the caller. */
@Injectable()
export class AuditTrail {
  constructor(private readonly dataSource: DataSource) {}

  async search(query: AuditQuery): Promise<AuditPage> {
    const count = query.counted ? await this.count(query) : undefined;
    const rows = await this.rows(query);
    const page = pageOfRows(rows, query, ({ body }) => body.event_id);
    const further = query.q !== undefined && rows.length <= query.limit ? await this.further(query) : {};
    return { ...page, ...further, items: page.items.map(({ body }) => body), ...(count && { count }) };
  }

  async find(eventId: string): Promise<AuditEventBody | undefined> {
    const rows = await this.dataSource.query<{ body: AuditEventBody }[]>(
      'SELECT body FROM audit_events WHERE event_id = $1',
      [eventId],
    );
    return rows[0]?.body;
  }

  /** The newest months first: partitions of long ago are looked at only when those have too little. */
  private async rows(query: AuditQuery): Promise<{ body: AuditEventBody }[]> {
    const near = nearStatement(query);
    const found = near ? await this.run<{ body: AuditEventBody }>(near) : [];
    return found.length > query.limit ? found : this.run(pageStatement(query));
  }

  private async count(query: AuditQuery): Promise<CappedCount> {
    const { text, values } = countedStatement(query);
    const [row] = await this.run<{ value: number }>({ text: countStatement(text), values });
    const { value, capped } = cappedAt(row!.value);
    const isPart = query.q !== undefined && (await this.windowEnd(fromTheStart(query))) !== undefined;
    return { value, capped: capped || isPart };
  }

  /** Where to look on for text that was not found often enough in the events that were looked into. */
  private async further(query: AuditQuery): Promise<{ next?: string; prev?: string }> {
    const end = await this.windowEnd(query);
    if (end === undefined) return {};
    return query.backwards ? { prev: end } : { next: end };
  }

  private async windowEnd(query: AuditQuery): Promise<string | undefined> {
    const [row] = await this.run<{ id: string }>(windowEndStatement(query));
    return row?.id;
  }

  private run<Row>({ text, values }: Statement): Promise<Row[]> {
    return this.dataSource.query<Row[]>(text, values);
  }
}
