import type { Json } from '../json.js';

/** Members of an event by where they stand. An element of a list has none of its own: `null` stands in its place. */
export type Members = { readonly [member: string]: Json };

/** What stays in the event, and what was taken out of it. */
interface Parted {
  readonly kept: Json | undefined;
  readonly taken: Json | undefined;
}

export interface Opened {
  readonly open: Members;
  /** In the shape of the event; absent when nothing was there to take. */
  readonly sealed?: Members;
  /** Which of the paths were there. */
  readonly fields: readonly string[];
}

/** A path such as `targets[].display`, in steps. `[]` is every element of a list. */
export const stepsOf = (path: string): readonly string[] =>
  path.split('.').flatMap((step) => (step.endsWith('[]') ? [step.slice(0, -2), '[]'] : [step]));

/** Takes out of an event what stands at these paths. */
export function partedAt(event: Members, paths: readonly (readonly [string, readonly string[]])[]): Opened {
  let open: Json | undefined = event;
  let sealed: Json | undefined;
  const fields: string[] = [];
  for (const [path, steps] of paths) {
    const { kept, taken } = parted(open, steps, 0);
    if (taken === undefined) continue;
    [open, sealed] = [kept, joined(sealed, taken)];
    fields.push(path);
  }
  return { open: open as Members, ...(sealed !== undefined && { sealed: sealed as Members }), fields };
}

function parted(value: Json | undefined, steps: readonly string[], at: number): Parted {
  const step = steps[at];
  if (value === undefined || value === null) return { kept: value, taken: undefined };
  if (step === undefined) return { kept: undefined, taken: value };
  if (typeof value !== 'object') return { kept: value, taken: undefined };
  if (step === '[]') return partedList(value, steps, at);
  const { kept, taken } = parted((value as Members)[step], steps, at + 1);
  if (taken === undefined) return { kept: value, taken };
  // Members stay where they stand.
  const rest: { [member: string]: Json } = { ...(value as Members), [step]: kept ?? null };
  if (kept === undefined) delete rest[step];
  return { kept: Object.keys(rest).length === 0 ? undefined : rest, taken: { [step]: taken } };
}

function partedList(value: object, steps: readonly string[], at: number): Parted {
  if (!Array.isArray(value)) return { kept: value as Json, taken: undefined };
  const parts = (value as readonly Json[]).map((item) => parted(item, steps, at + 1));
  if (parts.every(({ taken }) => taken === undefined)) return { kept: value, taken: undefined };
  return { kept: parts.map(({ kept }) => kept ?? {}), taken: parts.map(({ taken }) => taken ?? null) };
}

/** Both in one; they never have the same leaf. */
function joined(one: Json | undefined, other: Json): Json {
  if (one === undefined || one === null) return other;
  if (other === null || typeof one !== 'object' || typeof other !== 'object') return one;
  if (Array.isArray(one) && Array.isArray(other))
    return (one as readonly Json[]).map((item, at) => joined(item, (other as readonly Json[])[at] ?? null));
  const result: { [member: string]: Json } = { ...(one as Members) };
  for (const [name, member] of Object.entries(other as Members)) result[name] = joined(result[name], member);
  return result;
}
