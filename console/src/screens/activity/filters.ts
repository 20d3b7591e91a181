import type { Query } from '../../api/api';

/** Filters of the trail that stand in the address by their own names; each is shown as a chip. */
export const FILTERS = [
  'type',
  'type_prefix',
  'outcome',
  'actor',
  'user_id',
  'client_id',
  'grant_id',
  'session_id',
  'tool',
  'args_hmac',
  'jti',
  'ip',
  'correlation_id',
] as const;

/** How far back, in seconds. */
export const RANGES = [
  { id: '1h', label: 'Last hour', seconds: 3_600 },
  { id: '24h', label: 'Last 24 hours', seconds: 86_400 },
  { id: '7d', label: 'Last 7 days', seconds: 604_800 },
  { id: '30d', label: 'Last 30 days', seconds: 2_592_000 },
  { id: 'all', label: 'All there is', seconds: undefined },
] as const;

export type Range = (typeof RANGES)[number]['id'];

export const rangeOf = (value: string | undefined): Range =>
  RANGES.find(({ id }) => id === value)?.id ?? '24h';

/** From when on; rounded, so that the same question within a minute is the same request. */
export function since(range: Range, now = Date.now()): string | undefined {
  const seconds = RANGES.find(({ id }) => id === range)?.seconds;
  if (seconds === undefined) return undefined;
  return new Date(Math.floor(now / 60_000) * 60_000 - seconds * 1_000).toISOString();
}

/** What is asked of the API. A brushed span wins over the range. */
export function queryOf(params: URLSearchParams): Query {
  const chosen = FILTERS.flatMap((name) => {
    const value = params.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const from = params.get('since') ?? since(rangeOf(params.get('range') ?? undefined));
  const until = params.get('until') ?? undefined;
  return { ...Object.fromEntries(chosen), since: from, until };
}
