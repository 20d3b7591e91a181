import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, Input, Label, TextField } from 'react-aria-components';
import { useApi } from '../../api/hooks';
import { Problem } from '../../api/problem';
import type { AuditEvent } from '../../api/types';
import { Failure } from '../../kit/notice';
import { flat } from './flat';

const SCOPE = 'admin:audit:unseal';
const GONE = 410;
const GONE_WORDS: Readonly<Record<string, string>> = {
  erased: 'The key to them was destroyed: nobody can open them any more.',
  expired: 'They were removed after their time. The event stays.',
};

interface Payload {
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What is sealed beside an event. Nothing is opened before somebody says so, and nothing twice: each opening is told. */
export function SealedDetails({ event }: { event: AuditEvent }) {
  const api = useApi();
  const [asking, setAsking] = useState(false);
  const opening = useMutation({
    mutationFn: (reason: string) =>
      api.get<Payload>(`audit/events/${event.event_id}/payload`, reason === '' ? {} : { reason }),
  });
  if (!event.privacy) return null;
  const fields = event.privacy.fields.join(', ');
  if (!api.tokens.may(SCOPE)) return <p className="quiet">Sealed: {fields}</p>;
  if (opening.data) return <Opened payload={opening.data.payload} />;
  if (opening.error) return <NotOpened error={opening.error} />;
  if (opening.isPending) return <p className="quiet">Opening …</p>;
  if (asking) return <Ask onOpen={opening.mutate} onCancel={() => setAsking(false)} />;
  return (
    <p className="links">
      <Button className="button" onPress={() => setAsking(true)}>
        Open the sealed details
      </Button>
      <span className="quiet">{fields}</span>
    </p>
  );
}

function Ask({ onOpen, onCancel }: { onOpen: (reason: string) => void; onCancel: () => void }) {
  const [reason, setReason] = useState('');
  return (
    <form
      className="asking"
      onSubmit={(submitted) => {
        submitted.preventDefault();
        onOpen(reason);
      }}
    >
      <p>The trail will tell that you opened them, and why.</p>
      <TextField value={reason} onChange={setReason} maxLength={500} autoFocus>
        <Label>Reason, for the trail</Label>
        <Input />
      </TextField>
      <div className="actions">
        <Button className="button" onPress={onCancel}>
          Cancel
        </Button>
        <Button className="button primary" type="submit">
          Open
        </Button>
      </div>
    </form>
  );
}

function NotOpened({ error }: { error: unknown }) {
  if (error instanceof Problem && error.status === GONE)
    return <p className="notice">{GONE_WORDS[String(error.body['gone'])] ?? error.message}</p>;
  return <Failure error={error} />;
}

function Opened({ payload }: Pick<Payload, 'payload'>) {
  return (
    <section aria-label="Sealed details">
      <dl className="members">
        {flat(payload).map(([path, value]) => (
          <div key={path}>
            <dt>{path}</dt>
            <dd>{value === '' ? <span className="quiet">empty</span> : value}</dd>
          </div>
        ))}
      </dl>
      <p className="quiet">That you opened them is in the trail.</p>
    </section>
  );
}
