import { Button } from 'react-aria-components';
import { Link } from 'react-router';
import { useApi, useOne, usePages } from '../api/hooks';
import type { Grant } from '../api/types';
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

export const LIVING = [
  { id: 'true', label: 'Living' },
  { id: 'false', label: 'Ended' },
];

export function Grants() {
  const { get, set } = useUrlState();
  const filters = { user_id: get('user_id'), client_id: get('client_id'), session_id: get('session_id') };
  const [scope, active, open] = [get('scope'), get('active'), get('open')];
  const grants = usePages<Grant>('grants', { ...filters, scope, active });
  const columns: Column<Grant>[] = [
    {
      id: 'client',
      header: 'Client',
      cell: ({ row: { original: grant } }) => (
        <Button className="link" onPress={() => set({ open: grant.id })}>
          {grant.client_name}
        </Button>
      ),
    },
    { id: 'user', header: 'Allowed by', cell: ({ row }) => row.original.user_email },
    { id: 'scopes', header: 'Scopes', cell: ({ row }) => <Words of={row.original.scopes} /> },
    { id: 'used', header: 'Last used', cell: ({ row }) => <Time at={row.original.last_used_at} /> },
    { id: 'state', header: 'State', cell: ({ row }) => <State grant={row.original} /> },
  ];
  return (
    <>
      <div className="filters">
        <Find label="Scope" value={scope} onChange={(value) => set({ scope: value }, { replace: true })} />
        <Choose label="State" value={active} choices={LIVING} onChange={(value) => set({ active: value })} />
      </div>
      <Chips of={defined(filters)} drop={(name) => set({ [name]: undefined })} />
      <div className="beside">
        <List
          label="Grants"
          columns={columns}
          from={grants}
          idOf={(grant) => grant.id}
          open={open}
          empty={<Empty title="No grants">One appears each time a person allows an app something.</Empty>}
        />
        {open && <GrantPanel id={open} onClose={() => set({ open: undefined })} />}
      </div>
    </>
  );
}

export const defined = (filters: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

function State({ grant }: { grant: Grant }) {
  return grant.active ? <Badge tone="good">living</Badge> : <Badge>ended</Badge>;
}

function GrantPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { tokens } = useApi();
  const { data: grant, error } = useOne<Grant>(`grants/${id}`);
  return (
    <Panel title={grant ? `${grant.client_name} for ${grant.user_email}` : 'Grant'} onClose={onClose}>
      {error && <Failure error={error} />}
      {grant && (
        <>
          <Facts
            of={{
              State: <State grant={grant} />,
              Scopes: <Words of={grant.scopes} />,
              Resource: grant.resource,
              Allowed: <Time at={grant.created_at} />,
              'Ends by itself': grant.active ? <Time at={grant.expires_at} /> : undefined,
              'Last used': <Time at={grant.last_used_at} />,
              'Last used from': grant.last_used_ip,
              Ended: grant.revoked_at && <Time at={grant.revoked_at} />,
              Because: grant.revoked_reason,
              Id: <Id value={grant.id} />,
            }}
          />
          <p className="links">
            <Link to={`/people?open=${grant.user_id}`}>The person</Link>
            <Link to={`/clients?open=${encodeURIComponent(grant.client_id)}`}>The client</Link>
            <Link to={`/activity?grant_id=${id}`}>What was done with it</Link>
          </p>
          {tokens.may('admin:grants') && grant.active && (
            <div className="actions">
              <Confirm
                label="End this grant"
                title={`End what ${grant.user_email} allowed ${grant.client_name}?`}
                consequence={<p>Every token of it is refused everywhere at once. The app can ask again.</p>}
                act={{ method: 'DELETE', path: `grants/${id}` }}
              />
            </div>
          )}
        </>
      )}
    </Panel>
  );
}
