import { useState, type ReactNode } from 'react';
import { Button } from 'react-aria-components';
import type { AuditEvent } from '../../api/types';
import { Badge, type Tone } from '../../kit/badge';
import { Who } from '../../kit/who';
import { ago, momentUtc, number } from '../../words';
import { EventDetail } from './event-detail';

const TONES: Readonly<Record<string, Tone>> = {
  allowed: 'plain',
  denied: 'danger',
  throttled: 'warning',
  error: 'danger',
  aborted: 'warning',
};

interface Source {
  readonly items: readonly AuditEvent[];
  readonly isPending: boolean;
  readonly isFetching: boolean;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => unknown;
  readonly count?: { readonly value: number; readonly capped: boolean } | undefined;
}

interface RowsProps {
  /** What has come since, newest first. */
  readonly fresh: readonly AuditEvent[];
  readonly from: Source;
  readonly filterBy: (name: string, value: string) => void;
  readonly empty: ReactNode;
}

/** Events, newest first; a row opens. */
export function EventRows({ fresh, from, filterBy, empty }: RowsProps) {
  const [open, setOpen] = useState<string>();
  const known = new Set(fresh.map(({ event_id: id }) => id));
  const events = [...fresh, ...from.items.filter(({ event_id: id }) => !known.has(id))];
  if (from.isPending) return <p className="quiet loading">Loading …</p>;
  if (events.length === 0) return <>{empty}</>;
  return (
    <div className="list" aria-busy={from.isFetching}>
      <ol className="events" aria-label="Events">
        {events.map((event) => (
          <li key={event.event_id} className={known.has(event.event_id) ? 'fresh' : undefined}>
            <Row
              event={event}
              isOpen={open === event.event_id}
              onToggle={() => setOpen(open === event.event_id ? undefined : event.event_id)}
            />
            {open === event.event_id && <EventDetail event={event} filterBy={filterBy} />}
          </li>
        ))}
      </ol>
      <footer>
        <span className="quiet">
          {number(events.length)}{' '}
          {from.count && `of ${from.count.capped ? 'more than ' : ''}${number(from.count.value)}`} shown
        </span>
        {from.hasNextPage && (
          <Button
            className="button"
            isDisabled={from.isFetchingNextPage}
            onPress={() => void from.fetchNextPage()}
          >
            {from.isFetchingNextPage ? 'Loading …' : 'Show more'}
          </Button>
        )}
      </footer>
    </div>
  );
}

function Row({ event, isOpen, onToggle }: { event: AuditEvent; isOpen: boolean; onToggle: () => void }) {
  const { outcome, actor, tool } = event;
  return (
    <Button className="event" aria-expanded={isOpen} onPress={onToggle}>
      <time dateTime={event.time} title={momentUtc(event.time)}>
        {ago(event.time)}
      </time>
      <code>{event.type}</code>
      <span className="who">
        <Who actor={actor} />
      </span>
      <span className="what">{tool ? `${tool.name}${tool.phase === 'outcome' ? ' · done' : ''}` : ''}</span>
      <span className="why quiet">{outcome.reason_code ?? ''}</span>
      {(event.severity === 'high' || event.severity === 'critical') && (
        <Badge tone="warning">{event.severity}</Badge>
      )}
      <Badge tone={TONES[outcome.result] ?? 'plain'}>{outcome.result}</Badge>
    </Button>
  );
}
