import { useState } from 'react';
import { Button, Dialog, DialogTrigger, Heading, Popover } from 'react-aria-components';
import { useQuery } from '@tanstack/react-query';
import type { Api, Query } from '../../api/api';
import { useAct, useApi } from '../../api/hooks';
import { Failure } from '../../kit/notice';
import { counted } from '../../words';

const FORMATS = [
  {
    id: 'json',
    label: 'JSON lines',
    hint: 'every event as it is stored; the one that can be verified offline',
  },
  { id: 'ocsf', label: 'OCSF', hint: 'for a security lake' },
  { id: 'cef', label: 'CEF', hint: 'for an older SIEM' },
  { id: 'csv', label: 'CSV', hint: 'for a spreadsheet' },
] as const;

const LISTS = new Set(['type', 'type_prefix', 'outcome']);
const LOOK_MS = 1_000;

interface Export {
  readonly id: string;
  readonly state: 'pending' | 'running' | 'ready' | 'failed';
  readonly format: string;
  readonly events?: number;
  readonly manifest?: string;
  readonly problem?: string;
}

/** What is shown, as a file with a signed manifest. */
export function Exporter({ query }: { query: Query }) {
  const { tokens } = useApi();
  if (!tokens.may('admin:audit')) return null;
  return (
    <DialogTrigger>
      <Button className="button">Export</Button>
      <Popover className="popover wide">
        <Dialog className="saved">
          <Heading slot="title">Export what these filters find</Heading>
          <Order query={query} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Order({ query }: { query: Query }) {
  const order = useAct<Export>();
  const filters = Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, LISTS.has(name) ? [value].flat() : value]],
    ),
  );
  if (order.data) return <Progress of={order.data} />;
  return (
    <>
      <ul className="plain">
        {FORMATS.map(({ id, label, hint }) => (
          <li key={id}>
            <Button
              className="button"
              isDisabled={order.isPending}
              onPress={() =>
                order.mutate({ method: 'POST', path: 'audit/exports', body: { format: id, filters } })
              }
            >
              {label}
            </Button>
            <span className="quiet small">{hint}</span>
          </li>
        ))}
      </ul>
      {order.error && <Failure error={order.error} />}
    </>
  );
}

function Progress({ of: ordered }: { of: Export }) {
  const api = useApi();
  const [failure, setFailure] = useState<unknown>();
  const { data: state = ordered, error } = useQuery({
    queryKey: ['audit/exports', ordered.id],
    queryFn: ({ signal }) => api.get<Export>(`audit/exports/${ordered.id}`, {}, signal),
    refetchInterval: ({ state: { data } }) => (data && isOver(data) ? false : LOOK_MS),
  });
  if (error) return <Failure error={error} />;
  if (state.state === 'failed')
    return <p className="notice danger">{state.problem ?? 'The export failed.'}</p>;
  if (state.state !== 'ready') return <p role="status">Writing the file …</p>;
  return (
    <>
      <p role="status">{counted(state.events ?? 0, 'event')}, whole.</p>
      <div className="actions">
        <Button className="button primary" onPress={() => void download(api, state).catch(setFailure)}>
          Download
        </Button>
        {state.manifest && (
          <Button
            className="button"
            onPress={() => save(new Blob([state.manifest!]), `audit-${state.id}.manifest.jws`)}
          >
            Signed manifest
          </Button>
        )}
      </div>
      {failure ? <Failure error={failure} /> : null}
    </>
  );
}

const isOver = ({ state }: Export): boolean => state === 'ready' || state === 'failed';

async function download(api: Api, { id, format }: Export): Promise<void> {
  const response = await api.request('GET', `audit/exports/${id}/download`, { accept: '*/*' });
  const named = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  save(await response.blob(), named ?? `audit-${id}.${format}`);
}

function save(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
