import type { Json } from './audit-fact.js';

const MAX_TEXT = 1_024;
const MAX_ITEMS = 100;
const MAX_DEPTH = 6;

// eslint-disable-next-line no-control-regex -- control characters are what this removes
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Text that is safe in a log line, a terminal and a jsonb column: no control or bidi characters, bounded. */
export function cleanText(text: string): string {
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
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .slice(0, MAX_ITEMS);
    return Object.fromEntries(entries.map(([key, item]) => [cleanText(key), clean(item, depth + 1)]));
  }
  return null;
}
