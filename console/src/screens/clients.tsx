import { Button } from 'react-aria-components';
import { usePages } from '../api/hooks';
import type { Client } from '../api/types';
import { Badge, type Tone } from '../kit/badge';
import { Choose, Find } from '../kit/filters';
import { List, type Column } from '../kit/list';
import { Empty } from '../kit/notice';
import { Time } from '../kit/time';
import { useUrlState } from '../kit/url-state';
import { ClientPanel } from './client-panel';

const TRUST = [
  { id: 'quarantined', label: 'Waiting for approval' },
  { id: 'approved', label: 'Approved' },
  { id: 'suspended', label: 'Suspended' },
];
const REGISTRATIONS = [
  { id: 'static', label: 'By configuration or an admin' },
  { id: 'dynamic', label: 'Registered itself' },
  { id: 'cimd', label: 'Metadata document' },
];
const TONES: Readonly<Record<Client['trust_state'], Tone>> = {
  quarantined: 'warning',
  approved: 'good',
  suspended: 'danger',
};

export function Trust({ client }: { client: Client }) {
  const state = client.suspended_at ? 'suspended' : client.trust_state;
  return <Badge tone={TONES[state]}>{state}</Badge>;
}

export function Clients() {
  const { get, set } = useUrlState();
  const [q, trust, registration, open] = [get('q'), get('trust_state'), get('registration'), get('open')];
  const clients = usePages<Client>('clients', { q, trust_state: trust, registration });
  const columns: Column<Client>[] = [
    {
      id: 'name',
      header: 'Client',
      cell: ({ row: { original: client } }) => (
        <Button className="link" onPress={() => set({ open: client.id })}>
          {client.name}
        </Button>
      ),
    },
    { id: 'trust', header: 'Trust', cell: ({ row }) => <Trust client={row.original} /> },
    { id: 'registration', header: 'Came by', cell: ({ row }) => row.original.registration },
    { id: 'host', header: 'Answers go to', cell: ({ row }) => hostsOf(row.original).join(', ') },
    { id: 'used', header: 'Last used', cell: ({ row }) => <Time at={row.original.last_used_at} /> },
  ];
  return (
    <div className="screen">
      <h1>Clients</h1>
      <div className="filters">
        <Find label="Name or id" value={q} onChange={(value) => set({ q: value }, { replace: true })} />
        <Choose
          label="Trust"
          value={trust}
          choices={TRUST}
          onChange={(value) => set({ trust_state: value })}
        />
        <Choose
          label="Came by"
          value={registration}
          choices={REGISTRATIONS}
          onChange={(value) => set({ registration: value })}
        />
      </div>
      <div className="beside">
        <List
          label="Clients"
          columns={columns}
          from={clients}
          idOf={(client) => client.id}
          open={open}
          empty={
            trust === 'quarantined' ? (
              <Empty title="Nobody is waiting">
                Apps that register themselves wait here until somebody approves them.
              </Empty>
            ) : (
              <Empty title="No clients">
                Apps appear when they register themselves, are named by their document, or are added by an
                admin.
              </Empty>
            )
          }
        />
        {open && <ClientPanel id={open} onClose={() => set({ open: undefined })} />}
      </div>
    </div>
  );
}

/** Where its answers go, as people would say it. */
export function hostsOf({ redirect_uris: uris }: Client): string[] {
  const hosts = uris.map((uri) => {
    const url = URL.parse(uri);
    if (!url) return uri;
    return url.protocol.startsWith('http') ? url.hostname : url.protocol.replace(':', '');
  });
  return [...new Set(hosts)];
}
