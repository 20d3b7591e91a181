import { Button } from 'react-aria-components';
import { useAct, useApi, useOne, usePages } from '../api/hooks';
import { Badge } from '../kit/badge';
import { Confirm } from '../kit/confirm';
import { Facts } from '../kit/facts';
import { Id } from '../kit/id';
import { Empty, Failure } from '../kit/notice';
import { Time } from '../kit/time';
import { counted, number } from '../words';

interface Stream {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly format: string;
  readonly settings: { readonly url?: string; readonly host?: string; readonly port?: number };
  readonly state: 'active' | 'paused';
  readonly attempts: number;
  readonly delivered: number;
  readonly delivered_at?: string;
  readonly problem?: string;
  readonly lag?: { readonly events: number; readonly seconds: number };
}

interface DeadLetter {
  readonly id: string;
  readonly event_id: string;
  readonly type: string;
  readonly problem: string;
  readonly died_at: string;
}

/** Where the trail is sent, and how well that goes. */
export function Streams() {
  const streams = usePages<Stream>('audit/streams', {});
  if (streams.error) return <Failure error={streams.error} />;
  if (streams.isPending) return <p className="quiet loading">Loading …</p>;
  if (streams.items.length === 0)
    return (
      <Empty title="The trail is sent nowhere">
        Streams to a SIEM (webhook, syslog over TLS, OpenTelemetry) are set up by the admin API, and show here
        how they are.
      </Empty>
    );
  return (
    <ul className="cards">
      {streams.items.map((stream) => (
        <StreamCard key={stream.id} id={stream.id} listed={stream} />
      ))}
    </ul>
  );
}

function StreamCard({ id, listed }: { id: string; listed: Stream }) {
  const { tokens } = useApi();
  const path = `audit/streams/${id}`;
  const { data: stream = listed } = useOne<Stream>(path);
  const { settings, lag, problem } = stream;
  return (
    <li className="card">
      <h2>
        {stream.name} <Badge>{stream.kind}</Badge>{' '}
        {stream.state === 'paused' ? (
          <Badge tone="warning">paused</Badge>
        ) : (
          <Badge tone={problem ? 'danger' : 'good'}>{problem ? 'failing' : 'well'}</Badge>
        )}
      </h2>
      {problem && (
        <p className="notice danger">
          {problem}, tried {counted(stream.attempts, 'time')}
        </p>
      )}
      <Facts
        of={{
          To: settings.url ?? (settings.host && `${settings.host}:${settings.port}`),
          Format: stream.format,
          Behind: lag && `${counted(lag.events, 'event')}, ${counted(Math.round(lag.seconds), 'second')}`,
          Delivered: number(stream.delivered),
          'Last delivery': <Time at={stream.delivered_at} />,
          Id: <Id value={id} />,
        }}
      />
      <DeadLetters path={path} />
      {tokens.may('admin:audit') && <StreamActions stream={stream} path={path} />}
    </li>
  );
}

function StreamActions({ stream, path }: { stream: Stream; path: string }) {
  const trial = useAct<{ ok: boolean; problem?: string; ms: number }>();
  const isPaused = stream.state === 'paused';
  return (
    <>
      <div className="actions">
        <Button
          className="button"
          isDisabled={trial.isPending}
          onPress={() => trial.mutate({ method: 'POST', path: `${path}/test` })}
        >
          {trial.isPending ? 'Sending …' : 'Send a test'}
        </Button>
        <Confirm
          label={isPaused ? `Resume ${stream.name}` : `Pause ${stream.name}`}
          title={isPaused ? `Go on with ${stream.name}?` : `Stop sending to ${stream.name}?`}
          consequence={
            <p>
              {isPaused
                ? 'It goes on where it stopped; nothing is left out.'
                : 'Events wait in the trail until it goes on.'}
            </p>
          }
          act={{ method: 'POST', path: `${path}/${isPaused ? 'resume' : 'pause'}` }}
          takesReason={false}
          tone="plain"
        />
      </div>
      {trial.error && <Failure error={trial.error} />}
      {trial.data && (
        <p role="status">
          {trial.data.ok
            ? `It arrived, after ${number(trial.data.ms)} ms.`
            : `It did not arrive: ${trial.data.problem ?? ''}`}
        </p>
      )}
    </>
  );
}

function DeadLetters({ path }: { path: string }) {
  const letters = usePages<DeadLetter>(`${path}/dead-letters`, {});
  if (letters.items.length === 0) return null;
  return (
    <details>
      <summary>{counted(letters.count?.value ?? letters.items.length, 'event')} never arrived</summary>
      <ul className="plain">
        {letters.items.map((letter) => (
          <li key={letter.id}>
            <code>{letter.type}</code> <Id value={letter.event_id} /> <Time at={letter.died_at} />{' '}
            <span className="quiet">{letter.problem}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
