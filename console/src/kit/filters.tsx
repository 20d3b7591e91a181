import { useEffect, useRef, useState } from 'react';
import {
  Button,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField,
  Select,
  SelectValue,
} from 'react-aria-components';

export interface Choice {
  readonly id: string;
  readonly label: string;
}

const ANY = '*';

/** One of a few, or any. */
export function Choose({
  label,
  value,
  choices,
  onChange,
  none = 'Any',
}: {
  label: string;
  value: string | undefined;
  choices: readonly Choice[];
  onChange: (value: string | undefined) => void;
  /** What is said when nothing is chosen. */
  none?: string;
}) {
  return (
    <Select
      className="choose"
      value={value ?? ANY}
      onChange={(key) => onChange(key === ANY || key === null ? undefined : String(key))}
    >
      <Label>{label}</Label>
      <Button className="button">
        <SelectValue /> <span aria-hidden="true">▾</span>
      </Button>
      <Popover className="popover">
        <ListBox className="options">
          {[{ id: ANY, label: none }, ...choices].map((choice) => (
            <ListBoxItem key={choice.id} id={choice.id}>
              {choice.label}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

/** A text to look for, asked for when the typing pauses. */
export function Find({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const [text, setText] = useState(value ?? '');
  const timer = useRef<number>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const typed = (next: string): void => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => onChange(next === '' ? undefined : next), 300);
  };
  return (
    <SearchField className="find" value={text} onChange={typed}>
      <Label>{label}</Label>
      <Input />
    </SearchField>
  );
}

/** Filters that hold, each with a way to drop it. */
export function Chips({ of, drop }: { of: Readonly<Record<string, string>>; drop: (name: string) => void }) {
  const entries = Object.entries(of);
  if (entries.length === 0) return null;
  return (
    <ul className="chips" aria-label="Filters">
      {entries.map(([name, value]) => (
        <li key={name}>
          <span>
            {name.replaceAll('_', ' ')}: <b>{value}</b>
          </span>
          <Button aria-label={`Drop the filter ${name}`} onPress={() => drop(name)}>
            ✕
          </Button>
        </li>
      ))}
    </ul>
  );
}
