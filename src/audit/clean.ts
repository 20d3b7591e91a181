import type { Json } from './audit-fact.js';

const MAX_TEXT = 1_024;
const MAX_ITEMS = 100;
const MAX_DEPTH = 6;

// eslint-disable-next-line no-control-regex -- control characters are what this removes
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** What most texts are: printable, and of one byte each. */
const PLAIN = /^[\x20-\x7e]*$/;
const OWN = { enumerable: true, configurable: true, writable: true } as const;

/** Text that is safe in a log line, a terminal and a jsonb column: no control or bidi characters, bounded. */
export function cleanText(text: string): string {
  if (text.length <= MAX_TEXT && PLAIN.test(text)) return text;
  const bounded = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return bounded.toWellFormed().replace(UNSAFE, '\ufffd');
}

/** The same for every text in a value; width and depth are bounded too, `undefined` members are left out. */
export function clean(value: unknown, depth = 0): Json {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean' || value === null || value === undefined) return value ?? null;
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => clean(item, depth + 1));
  if (typeof value === 'object') {
    return cleanMembers(value as Readonly<Record<string, unknown>>, depth + 1);
  }
  return null;
}

function cleanMembers(value: Readonly<Record<string, unknown>>, depth: number): Json {
  const members: Record<string, Json> = {};
  let left = MAX_ITEMS;
  for (const name of Object.keys(value)) {
    if (value[name] === undefined) continue;
    if (left-- === 0) break;
    // Not by assignment: a member may be called `__proto__`.
    if (name === '__proto__')
      Object.defineProperty(members, name, { value: clean(value[name], depth), ...OWN });
    else members[cleanText(name)] = clean(value[name], depth);
  }
  return members;
}
