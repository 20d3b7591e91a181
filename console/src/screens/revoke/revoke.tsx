import { useEffect, useRef } from 'react';
import { useAct } from '../../api/hooks';
import { Failure } from '../../kit/notice';
import { useUrlState } from '../../kit/url-state';
import { Past } from './past';
import { PlanView } from './plan-view';
import { Result } from './result';
import { SelectorForm } from './selector-form';
import { NAMES } from './selector-words';
import type { Plan, Selector } from './types';

/** Plan, look, confirm: what will be hit is shown before, and what happened after. */
export function Revoke() {
  const { params, get, set } = useUrlState();
  const asked = selectorOf(params);
  const plan = usePlanning(asked, (id) => set({ ...cleared, plan: id }, { replace: true }));
  const [planId, resultId] = [get('plan'), get('done')];
  const choose = (selector: Selector): void => {
    const members = Object.fromEntries(
      Object.entries(selector).map(([name, value]) => [name, String(value)]),
    );
    // A token is in no address.
    if (selector.token === undefined) set({ ...cleared, ...members });
    else plan.begin(selector);
  };
  return (
    <div className="screen">
      <h1>Revoke</h1>
      {plan.error && <Failure error={plan.error} />}
      {resultId ? (
        <Result id={resultId} />
      ) : planId ? (
        <PlanView id={planId} onApplied={() => set({ done: planId, plan: undefined })} onAgain={choose} />
      ) : plan.isPending ? (
        <p className="quiet loading">Counting what that hits …</p>
      ) : (
        <>
          <SelectorForm onPlan={choose} />
          <Past onOpen={(id) => set({ done: id })} />
        </>
      )}
    </div>
  );
}

const cleared = Object.fromEntries([...NAMES, 'plan', 'done'].map((name) => [name, undefined]));

function selectorOf(params: URLSearchParams): Selector | undefined {
  const members = NAMES.flatMap((name) => {
    const value = params.get(name);
    return value === null ? [] : [[name, name === 'all' ? true : value] as const];
  });
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}

/** An address that says what to end is planned at once, and becomes the address of its plan. */
function usePlanning(asked: Selector | undefined, onPlanned: (id: string) => void) {
  const { mutate, error, isPending } = useAct<Plan>();
  const begun = useRef<string>(undefined);
  const begin = (selector: Selector): void =>
    mutate(
      { method: 'POST', path: 'revocation-plans', body: { selector } },
      { onSuccess: ({ id }) => onPlanned(id) },
    );
  useEffect(() => {
    const key = asked && JSON.stringify(asked);
    if (!asked || key === begun.current) return;
    begun.current = key;
    begin(asked);
  });
  return { begin, error, isPending: isPending || (asked !== undefined && !error) };
}
