import { Button } from 'react-aria-components';
import { Link } from 'react-router';
import { useApi, useOne, usePages } from '../api/hooks';
import type { Session } from '../api/types';
import { Badge } from '../kit/badge';
import { Confirm } from '../kit/confirm';
import { Facts, Words } from '../kit/facts';
import { Chips, Choose } from '../kit/filters';
import { Id } from '../kit/id';
import { List, type Column } from '../kit/list';
import { Empty, Failure } from '../kit/notice';
import { Panel } from '../kit/panel';
import { Time } from '../kit/time';
import { useUrlState } from '../kit/url-state';
import { short } from '../words';
import { defined, LIVING } from './grants';

export function Sessions() {
  const { get, set } = useUrlState();
  const filters = { user_id: get('user_id'), client_id: get('client_id'), ip: get('ip') };
  const [active, open] = [get('active'), get('open')];
  const sessions = usePages<Session>('sessions', { ...filters, active });
  const columns: Column<Session>[] = [
    {
      id: 'session',
      header: 'Session',
      cell: ({ row: { original: session } }) => (
        <Button className="link" onPress={() => set({ open: session.id })}>
          {short(session.id)}
        </Button>
      ),
    },
    { id: 'how', header: 'Signed in by', cell: ({ row }) => row.original.idp ?? row.original.amr.join(', ') },
    { id: 'ip', header: 'From', cell: ({ row }) => row.original.ip ?? '' },
    { id: 'created', header: 'Since', cell: ({ row }) => <Time at={row.original.created_at} /> },
    { id: 'seen', header: 'Last seen', cell: ({ row }) => <Time at={row.original.last_seen_at} /> },
    { id: 'state', header: 'State', cell: ({ row }) => <State session={row.original} /> },
  ];
  return (
    <>
      <div className="filters">
        <Choose label="State" value={active} choices={LIVING} onChange={(value) => set({ active: value })} />
      </div>
      <Chips of={defined(filters)} drop={(name) => set({ [name]: undefined })} />
      <div className="beside">
        <List
          label="Sessions"
          columns={columns}
          from={sessions}
          idOf={(session) => session.id}
          open={open}
          empty={<Empty title="No sessions">One appears each time a person signs in with a browser.</Empty>}
        />
        {open && <SessionPanel id={open} onClose={() => set({ open: undefined })} />}
      </div>
    </>
  );
}

const isLiving = ({ ended_at: ended, expires_at: expires }: Session): boolean =>
  ended === undefined && Date.parse(expires) > Date.now();

function State({ session }: { session: Session }) {
  return isLiving(session) ? <Badge tone="good">living</Badge> : <Badge>ended</Badge>;
}

function SessionPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { tokens } = useApi();
  const { data: session, error } = useOne<Session>(`sessions/${id}`);
  return (
    <Panel title={`Session ${short(id)}`} onClose={onClose}>
      {error && <Failure error={error} />}
      {session && (
        <>
          <Facts
            of={{
              State: <State session={session} />,
              'Signed in by': session.idp ?? 'this server',
              Methods: <Words of={session.amr} />,
              Context: session.acr,
              From: session.ip,
              Browser: session.user_agent,
              Since: <Time at={session.created_at} />,
              'Last seen': <Time at={session.last_seen_at} />,
              'Ends by itself': isLiving(session) ? <Time at={session.expires_at} /> : undefined,
              Ended: session.ended_at && <Time at={session.ended_at} />,
              Because: session.end_reason,
              Id: <Id value={id} />,
            }}
          />
          <p className="links">
            <Link to={`/people?open=${session.user_id}`}>The person</Link>
            <Link to={`/access?session_id=${id}`}>What was allowed in it</Link>
            <Link to={`/activity?session_id=${id}`}>What was done in it</Link>
          </p>
          {tokens.may('admin:grants') && isLiving(session) && (
            <div className="actions">
              <Confirm
                label="End this session"
                title="End this session?"
                consequence={
                  <p>
                    The browser is signed out, and what holds only while the person is there ends with it.
                  </p>
                }
                act={{ method: 'DELETE', path: `sessions/${id}` }}
              />
            </div>
          )}
        </>
      )}
    </Panel>
  );
}
