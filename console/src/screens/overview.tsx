import { useMemo } from 'react';
import { Link } from 'react-router';
import { useAggregate } from '../api/aggregate';
import { useApi, usePages } from '../api/hooks';
import type { Client } from '../api/types';
import { Bars } from '../kit/lazy-bars';
import { stepsOf } from '../kit/steps';
import { Empty, Failure } from '../kit/notice';
import { counted, number } from '../words';

const DAY_MS = 86_400_000;
const STEP = { bucket: '1h', ms: 3_600_000 } as const;
const TOP = 6;

/** The last day at a glance. */
export function Overview() {
  const span = useMemo(() => dayUntilNow(), []);
  const filters = { since: new Date(span.from).toISOString() };
  const all = useAggregate({ filters, groupBy: ['outcome'], bucket: STEP.bucket });
  const steps = useMemo(() => (all.data ? stepsOf(all.data, span) : []), [all.data, span]);
  const refused =
    all.data?.groups.filter(({ key }) => key['outcome'] === 'denied' || key['outcome'] === 'throttled') ?? [];
  return (
    <div className="screen">
      <h1>Overview</h1>
      {all.error && <Failure error={all.error} />}
      <section className="card" aria-labelledby="day">
        <h2 id="day">The last 24 hours</h2>
        <p className="quiet">
          {all.data
            ? `${counted(all.data.considered, 'event')}, ${counted(
                refused.reduce((sum, { count }) => sum + count, 0),
                'refusal',
              )}`
            : 'Counting …'}
        </p>
        <div className="histogram tall">{all.data && <Bars steps={steps} height={200} />}</div>
      </section>
      <div className="cards">
        <Top
          title="Tools"
          by="tool"
          filters={{ ...filters, type: 'mcp.tool.called' }}
          none="No tool was called."
        />
        <Top
          title="Clients"
          by="client_id"
          filters={{ ...filters, type: 'mcp.tool.called' }}
          none="No client called a tool."
        />
        <Top
          title="Why things were refused"
          by="reason"
          filters={{ ...filters, outcome: ['denied', 'throttled'] }}
          none="Nothing was refused."
        />
        <Waiting />
      </div>
    </div>
  );
}

/** Up to the end of this hour, so that its bar is there. */
function dayUntilNow() {
  const to = Math.ceil(Date.now() / STEP.ms) * STEP.ms;
  return { from: to - DAY_MS, to, ms: STEP.ms };
}

interface TopProps {
  readonly title: string;
  readonly by: 'tool' | 'client_id' | 'reason';
  readonly filters: Readonly<Record<string, string | readonly string[]>>;
  readonly none: string;
}

/** What there is most of, as a list of bars with numbers. */
function Top({ title, by, filters, none }: TopProps) {
  const { data, error } = useAggregate({ filters, groupBy: [by], limit: TOP });
  const rows = data?.groups.filter(({ key }) => key[by] !== null) ?? [];
  const most = Math.max(1, ...rows.map(({ count }) => count));
  return (
    <section className="card">
      <h2>{title}</h2>
      {error && <Failure error={error} />}
      {data && rows.length === 0 && <p className="quiet">{none}</p>}
      <ol className="top-list">
        {rows.map(({ key, count, p95_ms: p95 }) => {
          const name = key[by] ?? '';
          return (
            <li key={name}>
              <span className="name">
                {by === 'reason' ? (
                  name.replaceAll('_', ' ')
                ) : (
                  <Link to={`/activity?${by}=${encodeURIComponent(name)}`}>{name}</Link>
                )}
              </span>
              <span className="count">{number(count)}</span>
              <meter min={0} max={most} value={count} aria-label={`${number(count)} of ${name}`} />
              {p95 !== undefined && by === 'tool' && (
                <span className="quiet small">95 % within {number(Math.round(p95))} ms</span>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Who wants to be let in. */
function Waiting() {
  const { tokens } = useApi();
  const isAllowed = tokens.may('admin:clients:read');
  const waiting = usePages<Client>('clients', { trust_state: 'quarantined' }, { enabled: isAllowed });
  if (!isAllowed) return null;
  return (
    <section className="card">
      <h2>Waiting for approval</h2>
      {waiting.items.length === 0 && !waiting.isPending ? (
        <Empty title="Nobody is waiting" />
      ) : (
        <ul className="plain">
          {waiting.items.slice(0, TOP).map((client) => (
            <li key={client.id}>
              <Link to={`/clients?trust_state=quarantined&open=${encodeURIComponent(client.id)}`}>
                {client.name}
              </Link>
            </li>
          ))}
        </ul>
      )}
      {waiting.items.length > TOP && <Link to="/clients?trust_state=quarantined">All of them</Link>}
    </section>
  );
}
