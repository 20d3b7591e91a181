import { useEffect, useState } from 'react';
import { useApi, useOne } from '../../api/hooks';
import { serverSentEvents } from '../../api/events';
import { Badge } from '../../kit/badge';
import { Facts } from '../../kit/facts';
import { Id } from '../../kit/id';
import { Failure } from '../../kit/notice';
import { Time } from '../../kit/time';
import { Who } from '../../kit/who';
import { amounts, counted, number } from '../../words';
import { selectorWords } from './selector-words';
import { endedOf, type RevocationState } from './types';

/** What was ended, and where that is known: live until it is everywhere. */
export function Result({ id }: { id: string }) {
  const { data, error } = useOne<RevocationState>(`revocations/${id}`);
  const live = useLive(id, data !== undefined && !data.propagated);
  const state = live.state ?? data;
  if (error) return <Failure error={error} />;
  if (!state) return <p className="quiet loading">Loading …</p>;
  const { ended, replicas } = state;
  const knowing = replicas.filter(({ ms }) => ms !== undefined);
  const slowest = Math.max(0, ...knowing.map(({ ms = 0 }) => ms));
  return (
    <section className="card narrow" aria-labelledby="result">
      <h2 id="result">Ended: {amounts(endedOf(ended))}</h2>
      <p role="status">
        {knowing.length} of {counted(replicas.length, 'server')} refuse it by now
        {knowing.length > 0 && `, after ${number(slowest)} ms at most`}.{' '}
        {state.calls_ended > 0 && `${counted(state.calls_ended, 'running call')} ended.`}
      </p>
      {live.error ? <Failure error={live.error} /> : null}
      <table>
        <caption className="hidden">What each server says</caption>
        <thead>
          <tr>
            <th scope="col">Server</th>
            <th scope="col">Refuses it after</th>
            <th scope="col">Calls ended</th>
          </tr>
        </thead>
        <tbody>
          {replicas.map(({ replica, ms, calls_ended: calls }) => (
            <tr key={replica}>
              <td>
                <Id value={replica} />
              </td>
              <td>{ms === undefined ? <Badge tone="warning">not yet</Badge> : `${number(ms)} ms`}</td>
              <td>{number(calls)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Facts
        of={{
          What: selectorWords(state.selector),
          When: <Time at={state.applied_at} />,
          Reason: state.reason,
          'Planned by': <Who actor={{ type: 'user', id: state.planned_by }} />,
          'Applied by': <Who actor={{ type: 'user', id: state.applied_by }} />,
          Revocation: <Id value={state.id} />,
        }}
      />
    </section>
  );
}

function useLive(id: string, wanted: boolean): { state?: RevocationState; error?: unknown } {
  const api = useApi();
  const [live, setLive] = useState<{ state?: RevocationState; error?: unknown }>({});
  useEffect(() => {
    if (!wanted) return undefined;
    const ending = new AbortController();
    const follow = async (): Promise<void> => {
      for await (const { data } of serverSentEvents(api, `revocations/${id}/events`, {
        signal: ending.signal,
      }))
        setLive({ state: JSON.parse(data) as RevocationState });
    };
    follow().catch((error: unknown) => {
      if (!ending.signal.aborted) setLive((before) => ({ ...before, error }));
    });
    return () => ending.abort();
  }, [api, id, wanted]);
  return live;
}
