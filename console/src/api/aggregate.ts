import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Query } from './api';
import { useApi } from './hooks';

export type Bucket = '1m' | '5m' | '15m' | '1h' | '1d';

interface Group {
  readonly bucket?: string;
  readonly key: Readonly<Record<string, string | null>>;
  readonly count: number;
  readonly p50_ms?: number;
  readonly p95_ms?: number;
  readonly p99_ms?: number;
}

export interface Aggregate {
  readonly groups: readonly Group[];
  readonly considered: number;
  readonly complete: boolean;
}

interface Asked {
  readonly filters: Query;
  readonly groupBy: readonly string[];
  readonly bucket?: Bucket;
  readonly limit?: number;
}

/** Filters of which a list is sent. */
const LISTS = new Set(['type', 'type_prefix', 'outcome']);
const BUCKET_MS: readonly (readonly [Bucket, number])[] = [
  ['1m', 60_000],
  ['5m', 300_000],
  ['15m', 900_000],
  ['1h', 3_600_000],
  ['1d', 86_400_000],
];
const MOST_BARS = 120;

/** Events counted by the server; it takes no free text and wants to know since when. */
export function useAggregate({ filters, groupBy, bucket, limit = 1_000 }: Asked) {
  const api = useApi();
  const said = Object.entries({ since: '2000-01-01T00:00:00Z', ...filters }).filter(
    ([name, value]) => value !== undefined && name !== 'q',
  );
  const body = {
    ...Object.fromEntries(said.map(([name, value]) => [name, LISTS.has(name) ? [value].flat() : value])),
    group_by: groupBy,
    limit,
    ...(bucket && { bucket }),
  };
  return useQuery({
    queryKey: ['audit/aggregate', body],
    placeholderData: keepPreviousData,
    queryFn: () => api.send<Aggregate>('POST', 'audit/aggregate', body),
  });
}

/** The step that divides a span into bars that can still be told apart. */
export function bucketOf(spanMs: number): readonly [Bucket, number] {
  return BUCKET_MS.find(([, ms]) => spanMs / ms <= MOST_BARS) ?? BUCKET_MS.at(-1)!;
}
