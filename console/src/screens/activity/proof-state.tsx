import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useOne } from '../../api/hooks';
import { Problem } from '../../api/problem';
import { Badge } from '../../kit/badge';
import { Failure } from '../../kit/notice';
import { number } from '../../words';

const NOT_FOUND = 404;

interface Proof {
  readonly integrity: { readonly seq: number };
  readonly hashes: readonly string[];
  readonly checkpoint: { readonly tree_size: number; readonly kid: string };
}

/** Where an event stands in the sealed trail, asked for when somebody wants to know. */
export function ProofState({ eventId }: { eventId: string }) {
  const [wanted, setWanted] = useState(false);
  const { data, error } = useOne<Proof>(wanted ? `audit/events/${eventId}/proof` : undefined);
  if (!wanted)
    return (
      <Button className="link" onPress={() => setWanted(true)}>
        Proof
      </Button>
    );
  if (error instanceof Problem && error.status === NOT_FOUND)
    return <span className="quiet">not sealed yet</span>;
  if (error) return <Failure error={error} />;
  if (!data) return <span className="quiet">Looking …</span>;
  return (
    <span>
      <Badge tone="good">sealed</Badge> place {number(data.integrity.seq)} of{' '}
      {number(data.checkpoint.tree_size)}, by {number(data.hashes.length)} hashes
    </span>
  );
}
