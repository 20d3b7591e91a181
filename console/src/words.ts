const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const utc = new Intl.DateTimeFormat('en-GB', { dateStyle: 'short', timeStyle: 'medium', timeZone: 'UTC' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const numbers = new Intl.NumberFormat();

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

export function ago(time: string, now = Date.now()): string {
  const seconds = (Date.parse(time) - now) / 1_000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return relative.format(Math.trunc(seconds / size), unit);
}

export const moment = (time: string): string => absolute.format(new Date(time));
export const momentUtc = (time: string): string => `${utc.format(new Date(time))} UTC`;
export const number = (value: number): string => numbers.format(value);

/** `3 grants`, `1 grant`, `no grants`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  if (count === 0) return `no ${many}`;
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** `a, b and c` */
export const listed = (parts: readonly string[]): string =>
  new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(parts);

/** Counts of what there is; `nothing` when there is none of it. */
export function amounts(of: Readonly<Record<string, number>>): string {
  const parts = Object.entries(of).flatMap(([one, count]) => (count === 0 ? [] : [counted(count, one)]));
  return parts.length === 0 ? 'nothing' : listed(parts);
}

/** An identifier as people compare it: where it begins and ends. */
export const short = (id: string): string => (id.length <= 20 ? id : `${id.slice(0, 8)}…${id.slice(-6)}`);
