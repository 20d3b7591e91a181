import type { Aggregate } from '../api/aggregate';

export interface Step {
  readonly at: number;
  readonly [outcome: string]: number;
}

/** One bar for each step of a span, empty ones too, so that time is even. */
export function stepsOf({ groups }: Aggregate, span: { from: number; to: number; ms: number }): Step[] {
  const first = Math.floor(span.from / span.ms) * span.ms;
  const steps = new Map<number, Record<string, number>>();
  for (let at = first; at < span.to; at += span.ms) steps.set(at, {});
  for (const { bucket, key, count } of groups) {
    const step = steps.get(Date.parse(bucket ?? ''));
    const outcome = key['outcome'] ?? 'allowed';
    if (step) step[outcome] = (step[outcome] ?? 0) + count;
  }
  return [...steps].map(([at, counts]) => ({ at, ...counts }));
}
