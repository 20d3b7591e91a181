import { useApi, useOne } from '../api/hooks';
import type { SigningKey } from '../api/types';
import { Badge, type Tone } from '../kit/badge';
import { Confirm } from '../kit/confirm';
import { Facts } from '../kit/facts';
import { Id } from '../kit/id';
import { Failure } from '../kit/notice';
import { Time } from '../kit/time';
import { counted, number } from '../words';

const TONES: Readonly<Record<SigningKey['state'], Tone>> = {
  next: 'plain',
  active: 'good',
  retired: 'plain',
  revoked: 'danger',
};

const MEANING: Readonly<Record<SigningKey['state'], string>> = {
  next: 'published, does not sign yet',
  active: 'signs new tokens',
  retired: 'signs no more; its tokens are still good',
  revoked: 'compromised: everything it signed was ended',
};

/** The keys that sign tokens. They rotate themselves; this is for when they should not wait. */
export function Keys() {
  const { tokens } = useApi();
  const { data, error } = useOne<{ items: readonly SigningKey[] }>('keys');
  const mayChange = tokens.may('admin:keys');
  return (
    <div className="screen">
      <h1>Keys</h1>
      <p className="quiet">
        Keys rotate by themselves: each is published before it signs, and stays until its last token has
        ended.
      </p>
      {error && <Failure error={error} />}
      {mayChange && (
        <div className="actions">
          <Confirm
            label="Rotate now"
            title="Let another key sign?"
            consequence={
              <p>A new key is published at once and signs when everybody can know it. No token ends.</p>
            }
            act={{ method: 'POST', path: 'keys/rotate' }}
            tone="plain"
          />
        </div>
      )}
      <ul className="cards">
        {data?.items.map((key) => (
          <li key={key.kid} className="card">
            <h2>
              {key.alg} <Badge tone={TONES[key.state]}>{key.state}</Badge>
            </h2>
            <p className="quiet">{MEANING[key.state]}</p>
            <Facts
              of={{
                'Living tokens': number(key.living_tokens),
                Made: <Time at={key.created_at} />,
                'Signs from': key.state === 'next' ? <Time at={key.activates_at} /> : undefined,
                'Signs since': key.state === 'active' ? <Time at={key.activated_at} /> : undefined,
                Retired: key.retired_at && <Time at={key.retired_at} />,
                'Published until': key.published_until && <Time at={key.published_until} />,
                'Key id': <Id value={key.kid} />,
              }}
            />
            {mayChange && <KeyActions of={key} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

function KeyActions({ of: key }: { of: SigningKey }) {
  if (key.state === 'revoked') return null;
  const path = `keys/${encodeURIComponent(key.kid)}`;
  return (
    <div className="actions">
      {key.state !== 'retired' && (
        <Confirm
          label="Retire"
          title={`Retire this ${key.alg} key?`}
          consequence={<p>It signs no more. Tokens it signed stay good until they end by themselves.</p>}
          act={{ method: 'POST', path: `${path}/retire` }}
          tone="plain"
        />
      )}
      <Confirm
        label="It is compromised"
        title="Does somebody else have this key?"
        consequence={
          <p>
            It leaves the key set at once, and {counted(key.living_tokens, 'living token')} it signed and
            everything that was exchanged for them are refused everywhere. People do not have to sign in
            again: apps refresh.
          </p>
        }
        act={{ method: 'POST', path: `${path}/compromised` }}
      />
    </div>
  );
}
