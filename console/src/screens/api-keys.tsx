import { Button } from 'react-aria-components';
import { Link } from 'react-router';
import { useApi, useOne, usePages } from '../api/hooks';
import type { ApiKey } from '../api/types';
import { Badge } from '../kit/badge';
import { Confirm } from '../kit/confirm';
import { Facts, Words } from '../kit/facts';
import { Chips, Choose, Find } from '../kit/filters';
import { Id } from '../kit/id';
import { List, type Column } from '../kit/list';
import { Empty, Failure } from '../kit/notice';
import { Panel } from '../kit/panel';
import { Time } from '../kit/time';
import { useUrlState } from '../kit/url-state';
import { defined, LIVING } from './grants';

const HOLDERS = [
  { id: 'people', label: 'People' },
  { id: 'services', label: 'Services' },
];

/** Keys that people and services show in place of an access token. */
export function ApiKeys() {
  const { get, set } = useUrlState();
  const filters = { user_id: get('user_id'), client_id: get('client_id') };
  const [scope, holder, active, open] = [get('scope'), get('holder'), get('active'), get('open')];
  const keys = usePages<ApiKey>('api-keys', { ...filters, scope, holder, active });
  const columns: Column<ApiKey>[] = [
    {
      id: 'name',
      header: 'Key',
      cell: ({ row: { original: key } }) => (
        <Button className="link" onPress={() => set({ open: key.id })}>
          {key.name}
        </Button>
      ),
    },
    { id: 'owner', header: 'Of', cell: ({ row }) => ownerOf(row.original) },
    { id: 'scopes', header: 'Scopes', cell: ({ row }) => <Words of={row.original.scopes} /> },
    { id: 'used', header: 'Last used', cell: ({ row }) => <Time at={row.original.last_used_at} /> },
    { id: 'state', header: 'State', cell: ({ row }) => <State of={row.original} /> },
  ];
  return (
    <>
      <div className="filters">
        <Find label="Scope" value={scope} onChange={(value) => set({ scope: value }, { replace: true })} />
        <Choose label="Of" value={holder} choices={HOLDERS} onChange={(value) => set({ holder: value })} />
        <Choose label="State" value={active} choices={LIVING} onChange={(value) => set({ active: value })} />
      </div>
      <Chips of={defined(filters)} drop={(name) => set({ [name]: undefined })} />
      <div className="beside">
        <List
          label="API keys"
          columns={columns}
          from={keys}
          idOf={(key) => key.id}
          open={open}
          empty={
            <Empty title="No API keys">
              People make them on their account page, and the admin API makes them for services, where the
              configuration lets them.
            </Empty>
          }
        />
        {open && <KeyPanel id={open} onClose={() => set({ open: undefined })} />}
      </div>
    </>
  );
}

const ownerOf = (key: ApiKey): string => key.user_email ?? key.client_name ?? key.client_id ?? '';

function State({ of: key }: { of: ApiKey }) {
  return key.active ? <Badge tone="good">living</Badge> : <Badge>ended</Badge>;
}

function KeyPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { tokens } = useApi();
  const { data: key, error } = useOne<ApiKey>(`api-keys/${id}`);
  return (
    <Panel title={key ? `${key.name}, of ${ownerOf(key)}` : 'API key'} onClose={onClose}>
      {error && <Failure error={error} />}
      {key && (
        <>
          <Facts
            of={{
              State: <State of={key} />,
              Scopes: <Words of={key.scopes} />,
              Resource: key.resource,
              Made: <Time at={key.created_at} />,
              'Secret made': <Time at={key.issued_at} />,
              'Ends by itself': key.active ? <Time at={key.expires_at} /> : undefined,
              'Last used': <Time at={key.last_used_at} />,
              'Last used from': key.last_used_ip,
              Ended: key.revoked_at && <Time at={key.revoked_at} />,
              Because: key.revoked_reason,
              Id: <Id value={key.id} />,
            }}
          />
          <p className="links">
            {key.user_id && <Link to={`/people?open=${key.user_id}`}>The person</Link>}
            {key.client_id && (
              <Link to={`/clients?open=${encodeURIComponent(key.client_id)}`}>The client</Link>
            )}
          </p>
          {tokens.may('admin:grants') && key.active && (
            <div className="actions">
              <Confirm
                label="End this API key"
                title={`End the key ${key.name} of ${ownerOf(key)}?`}
                consequence={<p>It is refused everywhere at once. This cannot be taken back.</p>}
                act={{ method: 'DELETE', path: `api-keys/${id}` }}
              />
            </div>
          )}
        </>
      )}
    </Panel>
  );
}
