import { useState } from 'react';
import { Button, Checkbox, Input, Label, TextField } from 'react-aria-components';
import { useAct, useApi, useOne } from '../../api/hooks';
import { Problem } from '../../api/problem';
import { Id } from '../../kit/id';
import { Failure } from '../../kit/notice';
import { Time } from '../../kit/time';
import { amounts, number } from '../../words';
import { selectorWords } from './selector-words';
import type { Plan, Selector } from './types';

const CONFLICT = 409;

interface PlanProps {
  readonly id: string;
  readonly onApplied: () => void;
  readonly onAgain: (selector: Selector) => void;
}

/** What a plan would hit, and the yes to it. */
export function PlanView({ id, onApplied, onAgain }: PlanProps) {
  const { data: plan, error } = useOne<Plan>(`revocation-plans/${id}`);
  if (error) return <Failure error={error} />;
  if (!plan) return <p className="quiet loading">Loading …</p>;
  const names = new Map([
    ...plan.samples.people.map(({ id: person, email }) => [person, email] as const),
    ...plan.samples.clients.map(({ id: client, name }) => [client, name] as const),
  ]);
  return (
    <section className="card narrow" aria-labelledby="plan">
      <h2 id="plan">End all access of {selectorWords(plan.selector, names)}?</h2>
      <Blast plan={plan} />
      <Warnings plan={plan} />
      {plan.applied ? (
        <Button className="button" onPress={onApplied}>
          It was applied: show what happened
        </Button>
      ) : (
        <Yes plan={plan} onApplied={onApplied} onAgain={() => onAgain(plan.selector)} />
      )}
    </section>
  );
}

function Blast({ plan: { counts, live_calls: live, samples } }: { plan: Plan }) {
  const figures = [
    ['People', counts.people],
    ['Clients', counts.clients],
    ['Grants', counts.grants],
    ['Sessions', counts.sessions],
    ['Living access tokens', counts.access_tokens],
    ['API keys', counts.api_keys],
    ['Calls running now', live],
  ] as const;
  return (
    <>
      <dl className="figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dd>{number(value)}</dd>
            <dt>{name}</dt>
          </div>
        ))}
      </dl>
      <Samples title="People" of={samples.people.map(({ email }) => email)} all={counts.people} />
      <Samples title="Clients" of={samples.clients.map(({ name }) => name)} all={counts.clients} />
    </>
  );
}

function Samples({ title, of, all }: { title: string; of: readonly string[]; all: number }) {
  if (of.length === 0) return null;
  const more = all - of.length;
  return (
    <p>
      <span className="quiet">{title}:</span> {of.join(', ')}
      {more > 0 && <span className="quiet"> and {number(more)} more</span>}
    </p>
  );
}

const SAID: Readonly<Record<Plan['warnings'][number], string>> = {
  nothing_matches: 'Nothing matches: there is nothing to end.',
  ends_own_access: 'Your own sign-in or access is among it: you will have to sign in again.',
  live_calls_incomplete: 'A replica has not said what it serves: more calls than these may be running.',
  replaces_signing_key: 'The key leaves the key set, and another one signs in its place.',
};

function Warnings({ plan: { warnings } }: { plan: Plan }) {
  return warnings.map((warning) => (
    <p key={warning} className="notice warning">
      {SAID[warning]}
    </p>
  ));
}

function Yes({ plan, onApplied, onAgain }: { plan: Plan; onApplied: () => void; onAgain: () => void }) {
  const { tokens } = useApi();
  const [reason, setReason] = useState('');
  const [read, setRead] = useState(false);
  const act = useAct<unknown>();
  const own = plan.warnings.includes('ends_own_access');
  const missing = plan.approvals_needed - plan.approvals.length;
  const body = {
    plan_hash: plan.plan_hash,
    ...(reason && { reason }),
    ...(own && { acknowledge: ['ends_own_access'] }),
  };
  const go = (step: 'approve' | 'apply'): void =>
    act.mutate(
      { method: 'POST', path: `revocation-plans/${plan.id}/${step}`, body },
      { onSuccess: () => step === 'apply' && onApplied() },
    );
  const drifted = act.error instanceof Problem && act.error.status === CONFLICT;
  const { counts } = plan;
  const what = amounts({
    grant: counts.grants,
    session: counts.sessions,
    token: counts.access_tokens,
    'API key': counts.api_keys,
  });
  return (
    <>
      <TextField value={reason} onChange={setReason} maxLength={500}>
        <Label>Reason, for the trail</Label>
        <Input />
      </TextField>
      {own && (
        <Checkbox className="check" isSelected={read} onChange={setRead}>
          <span className="box" aria-hidden="true" />I know that this ends my own access
        </Checkbox>
      )}
      {missing > 0 && (
        <p className="notice warning">
          So many people need the yes of another operator. Send them the address of this page: plan{' '}
          <Id value={plan.id} />.
        </p>
      )}
      {act.error && <Failure error={act.error} />}
      <div className="actions">
        {missing > 0 && tokens.may('admin:grants') && (
          <Button className="button" isDisabled={act.isPending} onPress={() => go('approve')}>
            Approve it
          </Button>
        )}
        {drifted ? (
          <Button className="button primary" onPress={onAgain}>
            Look again
          </Button>
        ) : (
          <Button
            className="button danger filled"
            isDisabled={
              act.isPending || missing > 0 || (own && !read) || plan.warnings.includes('nothing_matches')
            }
            onPress={() => go('apply')}
          >
            {act.isPending ? 'Ending …' : `End ${what}`}
          </Button>
        )}
        <span className="quiet">
          Expires <Time at={plan.expires_at} />
        </span>
      </div>
    </>
  );
}
