import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AuditEventBody } from '../audit-row.js';
import type { SealedEvent } from '../proof/index.js';
import { conditionsOf, firstIdAt, textCondition } from '../search/audit-conditions.js';
import type { AuditFilters } from '../search/audit-filters.js';

export interface SealedPage {
  readonly events: readonly SealedEvent[];
  /** Everything before this place has been looked at; go on from here. */
  readonly next: number;
}

export interface FeedQuery {
  readonly filters: AuditFilters;
  /** The place to begin at. */
  readonly from: number;
  /** Exclusive; without it the end of what is sealed. */
  readonly to?: number;
  /** Of events that fit. */
  readonly limit: number;
}

/** So many places are looked at in one statement, however few events of them fit. */
const WINDOW = 5_000;
const OUT_OF_TURN = 2_000;

/**
 * The sealed trail in the order of its places. An event gets its place when it is committed, and places become visible
 * in their order and without gaps: whoever has read up to one has missed nothing, however late an event was committed.
 */
@Injectable()
export class SealedFeed {
  constructor(private readonly dataSource: DataSource) {}

  /** The place that the next event to be sealed will have. */
  async end(tx: EntityManager = this.dataSource.manager): Promise<number> {
    const [row] = await tx.query<{ next: string }[]>(
      'SELECT coalesce(max(seq) + 1, 0) AS next FROM audit_leaves',
    );
    return Number(row!.next);
  }

  async read({ filters, from, to, limit }: FeedQuery): Promise<SealedPage> {
    const end = Math.min(to ?? Infinity, await this.end(), from + WINDOW);
    if (end <= from) return { events: [], next: from };
    const { text, values } = feedStatement(filters, { from, end, limit });
    const rows = await this.dataSource.query<{ seq: string; hash: Buffer; body: AuditEventBody }[]>(
      text,
      values,
    );
    const events = rows.map(({ seq, hash, body }) => ({ seq: Number(seq), leafHash: hash, body }));
    return { events, next: events.length === limit ? events.at(-1)!.seq + 1 : end };
  }

  /** The least place of the events that were made from this moment on; those sealed out of turn are near each other. */
  async placeAt(moment: Date): Promise<number> {
    const [row] = await this.dataSource.query<{ seq: string | null }[]>(
      `SELECT min(seq) AS seq FROM (
         SELECT event_id FROM audit_events WHERE event_id >= $1 ORDER BY event_id LIMIT ${OUT_OF_TURN}
       ) AS first JOIN audit_leaves USING (event_id)`,
      [firstIdAt(moment.getTime())],
    );
    return row?.seq == null ? this.end() : Number(row.seq);
  }
}

export function feedStatement(
  filters: AuditFilters,
  { from, end, limit }: { from: number; end: number; limit: number },
) {
  const { parts, values } = conditionsOf(filters, [from, end]);
  const all = ['seq >= $1', 'seq < $2', ...parts];
  if (filters.q !== undefined) all.push(textCondition(filters.q, values));
  const text = `SELECT seq, leaf_hash AS hash, body FROM audit_leaves JOIN audit_events USING (event_id)
    WHERE ${all.join(' AND ')} ORDER BY seq LIMIT $${values.push(limit)}`;
  return { text, values };
}
