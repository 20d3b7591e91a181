import { Button } from 'react-aria-components';
import { Link } from 'react-router';
import type { AuditEvent } from '../../api/types';
import { Id } from '../../kit/id';
import { momentUtc } from '../../words';
import { ProofState } from './proof-state';
import { ChangeView, isChange } from './change-view';
import { flat } from './flat';
import { SealedDetails } from './sealed-details';

/** Members whose value is a filter, by where they stand in an event. */
const FILTER_OF: Readonly<Record<string, string>> = {
  type: 'type',
  'actor.id': 'actor',
  user_id: 'user_id',
  client_id: 'client_id',
  grant_id: 'grant_id',
  session_id: 'session_id',
  'tool.name': 'tool',
  'tool.args_hmac': 'args_hmac',
  'token.jti': 'jti',
  'request.ip': 'ip',
  'request.correlation_id': 'correlation_id',
  'outcome.result': 'outcome',
};

interface DetailProps {
  readonly event: AuditEvent;
  readonly filterBy: (name: string, value: string) => void;
}

/** Everything an event says, each member that can be searched for as a button. */
export function EventDetail({ event, filterBy }: DetailProps) {
  const { change, ...rest } = event;
  const members = flat({ ...rest, privacy: undefined });
  return (
    <div className="detail">
      <dl className="members">
        {members.map(([path, value]) => (
          <div key={path}>
            <dt>{path}</dt>
            <dd>
              <Value path={path} value={value} filterBy={filterBy} />
            </dd>
          </div>
        ))}
      </dl>
      {isChange(change) && <ChangeView change={change} />}
      <SealedDetails event={event} />
      <p className="links">
        <Id value={event.event_id} />
        <span className="quiet">{momentUtc(event.time)}</span>
        {event.outcome.result !== 'allowed' && (
          <Link to={`/decisions/${event.event_id}`}>Why, and what would allow it</Link>
        )}
        <ProofState eventId={event.event_id} />
      </p>
    </div>
  );
}

function Value({
  path,
  value,
  filterBy,
}: {
  path: string;
  value: string;
  filterBy: DetailProps['filterBy'];
}) {
  const filter = FILTER_OF[path];
  if (filter === undefined) return <>{value}</>;
  return (
    <Button className="link" aria-label={`Only ${path} ${value}`} onPress={() => filterBy(filter, value)}>
      {value}
    </Button>
  );
}
