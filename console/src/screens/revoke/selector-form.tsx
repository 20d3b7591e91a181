import { useState } from 'react';
import { Button, Form, Input, Label, TextField } from 'react-aria-components';
import { Choose } from '../../kit/filters';
import { MEMBERS } from './selector-words';
import type { Selector } from './types';

/** What to end: everything that is said must hold. */
export function SelectorForm({ onPlan }: { onPlan: (selector: Selector) => void }) {
  const [said, setSaid] = useState<Readonly<Record<string, string>>>({ user_id: '' });
  const shown = MEMBERS.filter(({ name }) => name in said);
  const others = MEMBERS.filter(({ name }) => !(name in said)).map(({ name, label }) => ({
    id: name,
    label,
  }));
  const selector = Object.fromEntries(Object.entries(said).filter(([, value]) => value.trim() !== ''));
  return (
    <Form
      className="card narrow"
      onSubmit={(event) => {
        event.preventDefault();
        onPlan(selector);
      }}
    >
      {shown.map(({ name, label, hint }) => (
        <div key={name} className="member">
          <TextField
            value={said[name] ?? ''}
            onChange={(value) => setSaid({ ...said, [name]: value })}
            maxLength={8_192}
          >
            <Label>{label}</Label>
            <Input placeholder={hint} />
          </TextField>
          <Button
            className="button quiet"
            aria-label={`Leave out ${label}`}
            onPress={() =>
              setSaid(Object.fromEntries(Object.entries(said).filter(([other]) => other !== name)))
            }
          >
            ✕
          </Button>
        </div>
      ))}
      <Choose
        label="And only"
        value={undefined}
        choices={others}
        none="Add a condition"
        onChange={(name) => name !== undefined && setSaid({ ...said, [name]: '' })}
      />
      <div className="actions">
        <Button className="button primary" type="submit" isDisabled={Object.keys(selector).length === 0}>
          Show what that hits
        </Button>
        <Button className="button danger" onPress={() => onPlan({ all: true })}>
          Everything …
        </Button>
      </div>
    </Form>
  );
}
