import { hashLeaf } from './merkle.js';

/**
 * JSON in one form (RFC 8785): members sorted by their UTF-16 code units, no white space, numbers and texts as ECMAScript
 * writes them. What PostgreSQL does to `jsonb` (order, spacing, double members) does not show in it.
 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    // RFC 8785 §3.2.3: `<` compares UTF-16 code units, localeCompare does not.
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}

/**
 * The leaf of an event at its place: RFC 9162 §2.1.1 over the place and the event in canonical form. The place is part
 * of it, so that events that change places show by themselves.
 */
export const leafOf = (seq: number, text: string): Buffer => hashLeaf(`${seq}\n${text}`);
