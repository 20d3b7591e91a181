import { hashLeaf } from './merkle.js';

/**
 * JSON in one form (RFC 8785): members sorted by their UTF-16 code units, no white space, numbers and texts as ECMAScript
 * writes them. What PostgreSQL does to `jsonb` (order, spacing, double members) does not show in it.
 */
export const canonical = (value: unknown): string =>
  isInOrder(value) ? JSON.stringify(value) : sorted(value);

/** What is found out of order once is not looked at again: members within members would each look at all the rest. */
function sorted(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '' : ','}${sorted(item ?? null)}`;
    return `[${text}]`;
  }
  // RFC 8785 §3.2.3: without a comparison of its own, `sort` goes by UTF-16 code units.
  for (const name of Object.keys(value).sort()) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${sorted(member)}`;
  }
  return `{${text}}`;
}

/** Whether its members stand in canonical order already, as those of most events do: then nothing has to be sorted. */
function isInOrder(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isInOrder);
  if ('toJSON' in value) return false;
  let before: string | undefined;
  for (const name of Object.keys(value)) {
    if (before !== undefined && before >= name) return false;
    if (!isInOrder((value as Readonly<Record<string, unknown>>)[name])) return false;
    before = name;
  }
  return true;
}

/**
 * The leaf of an event at its place: RFC 9162 §2.1.1 over the place and the event in canonical form. The place is part
 * of it, so that events that change places show by themselves.
 */
export const leafOf = (seq: number, text: string): Buffer => hashLeaf(`${seq}\n${text}`);
