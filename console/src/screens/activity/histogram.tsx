import { useMemo } from 'react';
import type { Query } from '../../api/api';
import { bucketOf, useAggregate } from '../../api/aggregate';
import { Bars } from '../../kit/lazy-bars';
import { stepsOf } from '../../kit/steps';

const MONTH_MS = 2_592_000_000;

/** When the events of a search were; a press on a bar leaves only that time. */
export function Histogram({
  query,
  onPick,
}: {
  query: Query;
  onPick: (span: { since: string; until: string }) => void;
}) {
  const span = useMemo(() => spanOf(query), [query]);
  const { data } = useAggregate({
    filters: { ...query, since: iso(span.from) },
    groupBy: ['outcome'],
    bucket: span.bucket,
  });
  const steps = useMemo(() => (data ? stepsOf(data, span) : []), [data, span]);
  return (
    <div className="histogram">
      {data && <Bars steps={steps} onPick={(at) => onPick({ since: iso(at), until: iso(at + span.ms) })} />}
    </div>
  );
}

const iso = (at: number): string => new Date(at).toISOString();

function spanOf({ since, until }: Query) {
  const to = typeof until === 'string' ? Date.parse(until) : Date.now();
  const from = typeof since === 'string' ? Date.parse(since) : to - MONTH_MS;
  const [bucket, ms] = bucketOf(to - from);
  return { from, to, bucket, ms };
}
