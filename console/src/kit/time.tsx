import { ago, moment } from '../words';

/** When, seen from now; the moment itself on hover. */
export function Time({ at }: { at?: string | undefined }) {
  if (at === undefined) return <span className="quiet">never</span>;
  return (
    <time dateTime={at} title={moment(at)}>
      {ago(at)}
    </time>
  );
}
