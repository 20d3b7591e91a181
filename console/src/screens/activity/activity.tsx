import { useMemo } from 'react';
import { ToggleButton } from 'react-aria-components';
import { usePages } from '../../api/hooks';
import type { AuditEvent } from '../../api/types';
import { Chips, Choose } from '../../kit/filters';
import { Empty, Failure } from '../../kit/notice';
import { useUrlState } from '../../kit/url-state';
import { EventRows } from './event-rows';
import { Exporter } from './exporter';
import { FILTERS, queryOf, RANGES, rangeOf } from './filters';
import { Histogram } from './histogram';
import { SavedSearches } from './saved-searches';
import { useTail } from './tail';
import { TrailState } from './trail-state';

const OUTCOMES = ['allowed', 'denied', 'throttled', 'error', 'aborted'].map((id) => ({ id, label: id }));
const AREAS = [
  { id: 'auth.', label: 'Sign-in' },
  { id: 'mcp.', label: 'Tool calls' },
  { id: 'token.', label: 'Tokens' },
  { id: 'consent.', label: 'Consent' },
  { id: 'client.', label: 'Clients' },
  { id: 'user.', label: 'People' },
  { id: 'revocation.', label: 'Revocations' },
  { id: 'key.', label: 'Keys' },
  { id: 'admin.', label: 'Administration' },
  { id: 'audit.', label: 'The trail itself' },
];

/** Who did what, with which right, and what came of it. */
export function Activity() {
  const { params, get, set } = useUrlState();
  const query = useMemo(() => queryOf(params), [params]);
  const isLive = get('live') === 'true';
  const found = usePages<AuditEvent>('audit/events', query);
  const tail = useTail(query, isLive);
  const chips = Object.fromEntries(
    [...FILTERS, 'since', 'until'].flatMap((name) => {
      const value = params.get(name);
      return value === null || name === 'outcome' || name === 'type_prefix' ? [] : [[name, value]];
    }),
  );
  return (
    <div className="screen">
      <header className="title">
        <h1>Activity</h1>
        <TrailState />
      </header>
      <div className="filters">
        <Choose
          label="When"
          value={get('since') ? undefined : rangeOf(get('range'))}
          choices={RANGES}
          onChange={(range) => set({ range, since: undefined, until: undefined })}
        />
        <Choose
          label="Area"
          value={get('type_prefix')}
          choices={AREAS}
          onChange={(value) => set({ type_prefix: value })}
        />
        <Choose
          label="Outcome"
          value={get('outcome')}
          choices={OUTCOMES}
          onChange={(value) => set({ outcome: value })}
        />
        <ToggleButton
          className="button"
          isSelected={isLive}
          onChange={(live) => set({ live: live ? 'true' : undefined }, { replace: true })}
        >
          {isLive ? 'Live: pause' : 'Go live'}
        </ToggleButton>
        <SavedSearches />
        <Exporter query={query} />
      </div>
      <Chips of={chips} drop={(name) => set({ [name]: undefined })} />
      <Histogram query={query} onPick={set} />
      {tail.error ? <Failure error={tail.error} /> : null}
      {found.error && found.items.length === 0 ? (
        <Failure error={found.error} />
      ) : (
        <EventRows
          fresh={tail.events}
          from={found}
          filterBy={(name, value) => set({ [name]: value })}
          empty={
            <Empty title="Nothing happened that fits">
              Everything the server decides appears here. Take a filter away, or look further back.
            </Empty>
          }
        />
      )}
    </div>
  );
}
