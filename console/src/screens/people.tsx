import { Button } from 'react-aria-components';
import { Link } from 'react-router';
import { useApi, useOne, usePages } from '../api/hooks';
import type { User } from '../api/types';
import { Badge } from '../kit/badge';
import { Confirm } from '../kit/confirm';
import { Facts, Words } from '../kit/facts';
import { Choose, Find } from '../kit/filters';
import { Id } from '../kit/id';
import { List, type Column } from '../kit/list';
import { Empty, Failure } from '../kit/notice';
import { Panel } from '../kit/panel';
import { Time } from '../kit/time';
import { useUrlState } from '../kit/url-state';

const STATES = [
  { id: 'true', label: 'May sign in' },
  { id: 'false', label: 'Disabled' },
];

export function People() {
  const { get, set } = useUrlState();
  const [q, active, open] = [get('q'), get('active'), get('open')];
  const people = usePages<User>('users', { q, active });
  const columns: Column<User>[] = [
    {
      id: 'email',
      header: 'Person',
      cell: ({ row: { original: user } }) => (
        <Button className="link" onPress={() => set({ open: user.id })}>
          {user.email}
        </Button>
      ),
    },
    { id: 'name', header: 'Name', cell: ({ row }) => row.original.name ?? '' },
    { id: 'roles', header: 'Roles', cell: ({ row }) => <Words of={row.original.roles} none="" /> },
    { id: 'seen', header: 'Last sign-in', cell: ({ row }) => <Time at={row.original.last_login_at} /> },
    { id: 'state', header: 'State', cell: ({ row }) => <State user={row.original} /> },
  ];
  return (
    <div className="screen">
      <h1>People</h1>
      <div className="filters">
        <Find label="Name or email" value={q} onChange={(value) => set({ q: value }, { replace: true })} />
        <Choose label="State" value={active} choices={STATES} onChange={(value) => set({ active: value })} />
      </div>
      <div className="beside">
        <List
          label="People"
          columns={columns}
          from={people}
          idOf={(user) => user.id}
          open={open}
          empty={
            <Empty title="Nobody here">
              People appear when they sign in for the first time, are invited, or come by SCIM.
            </Empty>
          }
        />
        {open && <Person id={open} onClose={() => set({ open: undefined })} />}
      </div>
    </div>
  );
}

function State({ user }: { user: User }) {
  return user.active ? <Badge>active</Badge> : <Badge tone="warning">disabled</Badge>;
}

function Person({ id, onClose }: { id: string; onClose: () => void }) {
  const { tokens } = useApi();
  const { data: user, error } = useOne<User>(`users/${id}`);
  return (
    <Panel title={user?.email ?? 'Person'} onClose={onClose}>
      {error && <Failure error={error} />}
      {user && (
        <>
          <Facts
            of={{
              Name: user.name,
              State: <State user={user} />,
              Roles: <Words of={user.roles} />,
              Groups: <Words of={user.groups} />,
              'First seen': <Time at={user.created_at} />,
              'Last sign-in': <Time at={user.last_login_at} />,
              Disabled: user.disabled_at && <Time at={user.disabled_at} />,
              Id: <Id value={user.id} />,
            }}
          />
          <p className="links">
            <Link to={`/access?user_id=${id}`}>What they allowed</Link>
            <Link to={`/access?view=sessions&user_id=${id}`}>Where they are signed in</Link>
            <Link to={`/activity?user_id=${id}`}>What they did</Link>
          </p>
          <div className="actions">
            {tokens.may('admin:grants') && (
              <Link className="button danger" to={`/revoke?user_id=${id}`}>
                Revoke …
              </Link>
            )}
            {tokens.may('admin:users') && <Standing user={user} />}
          </div>
        </>
      )}
    </Panel>
  );
}

function Standing({ user }: { user: User }) {
  if (!user.active)
    return (
      <Confirm
        label="Let them in again"
        title={`Let ${user.email} sign in again?`}
        consequence={<p>What was ended stays ended: they sign in and allow their apps anew.</p>}
        act={{ method: 'POST', path: `users/${user.id}/enable` }}
        tone="plain"
      />
    );
  return (
    <Confirm
      label={`Disable ${user.email}`}
      title={`Keep ${user.email} out?`}
      consequence={<p>They cannot sign in, and every session, grant and token of theirs ends at once.</p>}
      act={{ method: 'POST', path: `users/${user.id}/disable` }}
    />
  );
}
