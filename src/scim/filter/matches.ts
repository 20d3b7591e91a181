import type { Comparison, Constant, Filter } from './filter.js';
import { wrongFilter } from './tokens.js';

type Json = Readonly<Record<string, unknown>>;

/** Whether an element of a list is one that the brackets of a path choose (RFC 7644 §3.5.2). Texts have no case. */
export function matches(filter: Filter, element: Json): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => matches(part, element));
    case 'or':
      return filter.parts.some((part) => matches(part, element));
    case 'not':
      return !matches(filter.part, element);
    case 'has':
      throw wrongFilter('Brackets do not stand in brackets');
    case 'compare': {
      const { path, op, value } = filter;
      if (path.schema !== undefined || path.sub !== undefined)
        throw wrongFilter('Between brackets stands the name of a member');
      return compares(op, memberOf(element, path.name), value);
    }
  }
}

/** How many comparisons one element takes. */
export function comparisonsIn(filter: Filter): number {
  if (filter.kind === 'compare') return 1;
  if (filter.kind === 'not') return comparisonsIn(filter.part);
  if (filter.kind === 'has') return comparisonsIn(filter.filter);
  return filter.parts.reduce((sum, part) => sum + comparisonsIn(part), 0);
}

/** A member, however its name is written. */
function memberOf(element: Json, name: string): unknown {
  return Object.entries(element).find(([key]) => key.toLowerCase() === name)?.[1];
}

function compares(op: Comparison, said: unknown, wanted: Constant | undefined): boolean {
  const [a, b] = [plain(said), plain(wanted)];
  if (op === 'pr') return a !== undefined && a !== null && a !== '';
  if (op === 'eq') return same(a, b);
  if (op === 'ne') return !same(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(op, a, b);
  return typeof a === 'number' && typeof b === 'number' && ordered(op, a, b);
}

function compareTexts(op: Comparison, a: string, b: string): boolean {
  if (op === 'co') return a.includes(b);
  if (op === 'sw') return a.startsWith(b);
  if (op === 'ew') return a.endsWith(b);
  return ordered(op, a, b);
}

function ordered<T extends string | number>(op: Comparison, a: T, b: T): boolean {
  if (op === 'gt') return a > b;
  if (op === 'ge') return a >= b;
  return op === 'lt' ? a < b : op === 'le' && a <= b;
}

/** Entra ID writes `"True"` where `true` is meant. */
const same = (a: unknown, b: unknown): boolean =>
  typeof a === 'boolean' || typeof b === 'boolean' ? String(a) === String(b) : (a ?? null) === (b ?? null);

const plain = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);
