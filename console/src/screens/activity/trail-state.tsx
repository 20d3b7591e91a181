import { Button } from 'react-aria-components';
import { useAct, useOne } from '../../api/hooks';
import type { Page } from '../../api/types';
import { Badge } from '../../kit/badge';
import { Failure } from '../../kit/notice';
import { Time } from '../../kit/time';
import { counted, number } from '../../words';

interface Checkpoint {
  readonly tree_size: number;
  readonly time: string;
}

interface Verified {
  readonly ok: boolean;
  readonly from: number;
  readonly to: number;
  readonly tree_size: number;
  readonly events: number;
  readonly first_bad?: { readonly flaw: string; readonly message: string; readonly seq?: number };
}

/** How far the trail is sealed, and whether what was sealed is still there as it was. */
export function TrailState() {
  const { data } = useOne<Page<Checkpoint>>('audit/checkpoints', { limit: '1' });
  const check = useAct<Verified>();
  const latest = data?.items[0];
  return (
    <div className="actions trail">
      {latest && (
        <span className="quiet">
          {counted(latest.tree_size, 'event')} sealed, <Time at={latest.time} />
        </span>
      )}
      {check.data && <Answer of={check.data} />}
      {check.error && <Failure error={check.error} />}
      <Button
        className="button"
        isDisabled={check.isPending}
        onPress={() => check.mutate({ method: 'POST', path: 'audit/verify' })}
      >
        {check.isPending ? 'Verifying …' : 'Verify the trail'}
      </Button>
    </div>
  );
}

function Answer({ of: { ok, from, to, tree_size: all, events, first_bad: bad } }: { of: Verified }) {
  if (!ok)
    return (
      <p className="notice danger" role="alert">
        <strong>The trail is not whole.</strong> {bad?.message}
        {bad?.seq !== undefined && ` First at place ${number(bad.seq)}.`}
      </p>
    );
  const part = from === 0 && to === all ? '' : ` (${number(from)} to ${number(to)} of ${number(all)})`;
  return (
    <span role="status">
      <Badge tone="good">whole</Badge> {counted(events, 'event')} fit what was signed{part}
    </span>
  );
}
