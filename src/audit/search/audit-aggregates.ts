import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { conditionsOf } from './audit-conditions.js';
import type { AuditFilters } from './audit-filters.js';
import { whereOf } from './search-statements.js';

/** What events can be grouped by, and the column it is. */
export const GROUPINGS = {
  type: 'type',
  outcome: 'result',
  reason: 'reason',
  severity: 'severity',
  actor: 'actor_id',
  user_id: 'user_id',
  client_id: 'client_id',
  tool: 'tool',
  ip: 'ip',
} as const;

export type Grouping = keyof typeof GROUPINGS;

export const BUCKETS = {
  '1m': '1 minute',
  '5m': '5 minutes',
  '15m': '15 minutes',
  '1h': '1 hour',
  '1d': '1 day',
} as const;

export interface AggregateQuery {
  readonly filters: Omit<AuditFilters, 'q'>;
  readonly bucket?: keyof typeof BUCKETS;
  readonly groupBy: readonly Grouping[];
  /** Of groups; the largest are answered. */
  readonly limit: number;
}

export interface AggregateGroup {
  readonly bucket?: Date;
  readonly key: Readonly<Record<string, string | null>>;
  readonly count: number;
  /** How long the things took that say so, in milliseconds. */
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
}

export interface Aggregates {
  readonly groups: readonly AggregateGroup[];
  /** How many events were counted. */
  readonly considered: number;
  /** Nothing was left out: neither older events nor smaller groups. */
  readonly complete: boolean;
}

/** The newest events that fit; so many are read within a second or two. */
const CONSIDERED = 500_000;

interface Row {
  readonly bucket?: Date;
  readonly key: Readonly<Record<string, string | null>>;
  readonly count: number;
  readonly percentiles: readonly number[] | null;
  readonly considered: number;
}

/** Counts events, and how long they took, by group and time. */
@Injectable()
export class AuditAggregates {
  constructor(private readonly dataSource: DataSource) {}

  async of(query: AggregateQuery): Promise<Aggregates> {
    const { text, values } = aggregateStatement(query);
    const rows = await this.dataSource.query<Row[]>(text, values);
    const considered = Math.min(rows[0]?.considered ?? 0, CONSIDERED);
    const isWhole = (rows[0]?.considered ?? 0) <= CONSIDERED && rows.length <= query.limit;
    return { groups: rows.slice(0, query.limit).map(groupOf), considered, complete: isWhole };
  }
}

export function aggregateStatement({ filters, bucket, groupBy, limit }: AggregateQuery) {
  const { parts, values } = conditionsOf(filters);
  const columns = groupBy.map((name) => GROUPINGS[name]);
  const at = bucket && `date_bin('${BUCKETS[bucket]}', time, 'epoch'::timestamptz)`;
  const groups = [...(at ? ['bucket'] : []), ...columns];
  const key = groupBy.map((name) => `'${name}', ${GROUPINGS[name]}`).join(', ');
  const text = `
    WITH looked AS (
      SELECT ${[...new Set(['time', ...columns])].join(', ')}${at ? `, ${at} AS bucket` : ''},
        CASE WHEN jsonb_typeof(body->'timing'->'total_ms') = 'number' THEN (body->'timing'->>'total_ms')::float8 END AS ms
      FROM audit_events ${whereOf(parts)} ORDER BY event_id DESC LIMIT ${CONSIDERED + 1}
    )
    SELECT ${at ? 'bucket, ' : ''}jsonb_build_object(${key}) AS key, count(*)::int AS count,
      percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY ms) AS percentiles,
      (SELECT count(*)::int FROM looked) AS considered
    FROM looked ${groups.length > 0 ? `GROUP BY ${groups.join(', ')}` : 'HAVING count(*) > 0'}
    ORDER BY ${at ? 'bucket DESC, ' : ''}count DESC, key LIMIT $${values.push(limit + 1)}`;
  return { text, values };
}

function groupOf({ bucket, key, count, percentiles }: Row): AggregateGroup {
  const [p50, p95, p99] = (percentiles ?? []).map((ms) => Math.round(ms * 1000) / 1000);
  return {
    ...(bucket && { bucket }),
    key,
    count,
    ...(p50 !== undefined && p95 !== undefined && p99 !== undefined && { p50, p95, p99 }),
  };
}
