import { Link } from 'react-router';
import { useApi, useOne } from '../api/hooks';
import type { Client } from '../api/types';
import { Confirm } from '../kit/confirm';
import { Facts, Words } from '../kit/facts';
import { Id } from '../kit/id';
import { Failure } from '../kit/notice';
import { Panel } from '../kit/panel';
import { Time } from '../kit/time';
import { Trust } from './clients';

/** Everything about one client, and what can be done about it. */
export function ClientPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const path = `clients/${encodeURIComponent(id)}`;
  const { data: client, error } = useOne<Client>(path);
  return (
    <Panel title={client?.name ?? 'Client'} onClose={onClose}>
      {error && <Failure error={error} />}
      {client && (
        <>
          <Facts
            of={{
              Trust: <Trust client={client} />,
              'Came by': client.registration,
              'Proves itself by': client.auth_method,
              'Answers go to': <Words of={client.redirect_uris} />,
              'Grant types': <Words of={client.grant_types} />,
              'Asks for': <Words of={client.scopes} none="whatever it is challenged for" />,
              'May have at most': client.allowed_scopes ? (
                <Words of={client.allowed_scopes} />
              ) : (
                'what policy says'
              ),
              Home: client.client_uri,
              'First seen': <Time at={client.created_at} />,
              Changed: <Time at={client.updated_at} />,
              'Last used': <Time at={client.last_used_at} />,
              Id: <Id value={client.id} />,
            }}
          />
          <p className="links">
            <Link to={`/access?client_id=${encodeURIComponent(id)}`}>Who allowed it</Link>
            <Link to={`/activity?client_id=${encodeURIComponent(id)}`}>What it did</Link>
          </p>
          <Actions client={client} path={path} />
        </>
      )}
    </Panel>
  );
}

function Actions({ client, path }: { client: Client; path: string }) {
  const { tokens } = useApi();
  const suspended = client.suspended_at !== undefined || client.trust_state === 'suspended';
  return (
    <div className="actions">
      {tokens.may('admin:grants') && (
        <Link className="button danger" to={`/revoke?client_id=${encodeURIComponent(client.id)}`}>
          Revoke …
        </Link>
      )}
      {tokens.may('admin:clients') && (suspended || client.trust_state === 'quarantined') && (
        <Confirm
          label={`Approve ${client.name}`}
          title={`Trust ${client.name}?`}
          consequence={<p>It may ask people for everything that policy allows an approved client.</p>}
          act={{ method: 'POST', path: `${path}/approve` }}
          tone="plain"
        />
      )}
      {tokens.may('admin:clients') && !suspended && (
        <Confirm
          label={`Suspend ${client.name}`}
          title={`Stop ${client.name}?`}
          consequence={
            <p>
              Every grant and token of it ends at once, and it gets no new ones until it is approved again.
            </p>
          }
          act={{ method: 'POST', path: `${path}/suspend` }}
        />
      )}
    </div>
  );
}
