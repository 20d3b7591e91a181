import { badRequest } from '../scim-refusal.js';
import { isObject, type Shape } from '../shape.js';

/** Nobody has more addresses or telephones; each operation of a patch looks at all of them. */
const MAX_VALUES = 250;

/** What takes a tenth of a second. */
const MAX_LOOKS = 50_000;

/** How often a patch may still look at a value: however many operations there are, they are done in no time. */
export class Looks {
  private left = MAX_LOOKS;

  /** @throws ScimRefusal tooMany */
  take(values: unknown, each: number): void {
    this.left -= Array.isArray(values) ? values.length * each : 0;
    if (this.left < 0) throw badRequest('tooMany', 'The operations choose among too many values');
  }
}

/** @throws ScimRefusal invalidValue */
export function bounded<T>({ name }: Shape, list: readonly T[]): readonly T[] {
  if (list.length > MAX_VALUES)
    throw badRequest('invalidValue', `A patch handles at most ${MAX_VALUES} values of ${name}`);
  return list;
}

/** The values that are not in the list. */
export function unlike(list: readonly unknown[], values: readonly unknown[]): unknown[] {
  const known = new Set(list.map(keyOf));
  return values.filter((value) => !known.has(keyOf(value)));
}

/** Values are the same when what they are called by is. */
export function sameAs(values: readonly unknown[]): (other: unknown) => boolean {
  const named = new Set(values.map(handleOf));
  return (other) => named.has(handleOf(other));
}

const handleOf = (value: unknown): unknown => (isObject(value) ? value['value'] : value);

/** The same for equal values, in whatever order their members are. Values of a list are never written into. */
function keyOf(value: unknown): string {
  if (!isObject(value)) return JSON.stringify(value);
  const key = keys.get(value) ?? JSON.stringify(value, sorted);
  keys.set(value, key);
  return key;
}

const keys = new WeakMap<object, string>();

const sorted = (_name: string, value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value;
