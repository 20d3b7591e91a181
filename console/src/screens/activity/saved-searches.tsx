import { useState } from 'react';
import {
  Button,
  Dialog,
  DialogTrigger,
  Heading,
  Input,
  Label,
  Popover,
  TextField,
} from 'react-aria-components';
import { useAct, useApi, usePages } from '../../api/hooks';
import { Failure } from '../../kit/notice';
import { useUrlState } from '../../kit/url-state';
import { FILTERS } from './filters';

interface Saved {
  readonly id: string;
  readonly name: string;
  readonly filters: Readonly<Record<string, string | readonly string[]>>;
  readonly shared: boolean;
  readonly own: boolean;
}

/** Searches that are kept, for oneself or for everybody who reads the trail. */
export function SavedSearches() {
  return (
    <DialogTrigger>
      <Button className="button">Saved searches</Button>
      <Popover className="popover wide">
        <Dialog className="saved">{({ close }) => <Searches onChosen={close} />}</Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Searches({ onChosen }: { onChosen: () => void }) {
  const { tokens } = useApi();
  const { params, set } = useUrlState();
  const saved = usePages<Saved>('audit/saved-searches', {});
  const act = useAct<unknown>();
  const chosen = (search: Saved): void => {
    const cleared = Object.fromEntries(
      [...FILTERS, 'since', 'until', 'range'].map((name) => [name, undefined]),
    );
    const filters = Object.entries(search.filters).map(
      ([name, value]) => [name, typeof value === 'string' ? value : value[0]] as const,
    );
    set({ ...cleared, ...Object.fromEntries(filters) });
    onChosen();
  };
  return (
    <>
      <Heading slot="title">Saved searches</Heading>
      {saved.error && <Failure error={saved.error} />}
      {saved.items.length === 0 && <p className="quiet">None yet. Set filters, then keep them here.</p>}
      <ul className="plain">
        {saved.items.map((search) => (
          <li key={search.id}>
            <Button className="link" onPress={() => chosen(search)}>
              {search.name}
            </Button>
            {search.shared && <span className="quiet small"> shared</span>}
            {search.own && tokens.may('admin:audit') && (
              <Button
                className="button quiet"
                aria-label={`Forget ${search.name}`}
                onPress={() => act.mutate({ method: 'DELETE', path: `audit/saved-searches/${search.id}` })}
              >
                ✕
              </Button>
            )}
          </li>
        ))}
      </ul>
      {tokens.may('admin:audit') && <Keep params={params} />}
      {act.error && <Failure error={act.error} />}
    </>
  );
}

function Keep({ params }: { params: URLSearchParams }) {
  const [name, setName] = useState('');
  const keep = useAct<Saved>();
  const filters = Object.fromEntries(
    [...FILTERS, 'since', 'until'].flatMap((filter) => {
      const value = params.get(filter);
      return value === null
        ? []
        : [[filter, ['type', 'type_prefix', 'outcome'].includes(filter) ? [value] : value]];
    }),
  );
  const go = (shared: boolean): void =>
    keep.mutate(
      { method: 'POST', path: 'audit/saved-searches', body: { name, filters, shared } },
      { onSuccess: () => setName('') },
    );
  return (
    <>
      <TextField value={name} onChange={setName} maxLength={100}>
        <Label>Keep what is shown now as</Label>
        <Input />
      </TextField>
      {keep.error && <Failure error={keep.error} />}
      <div className="actions">
        <Button className="button" isDisabled={name === '' || keep.isPending} onPress={() => go(false)}>
          Keep for me
        </Button>
        <Button className="button" isDisabled={name === '' || keep.isPending} onPress={() => go(true)}>
          Share
        </Button>
      </div>
    </>
  );
}
