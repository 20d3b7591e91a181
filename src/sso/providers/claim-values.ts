import { isEmail } from 'class-validator';
import { cleanText } from '../../audit/index.js';

export type Claims = Readonly<Record<string, unknown>>;

const MAX_NAME = 200;

/** What stands at a path of a claims object: a member of that very name, or of what the dots lead to. */
export function valueAt(claims: unknown, path: string): unknown {
  if (typeof claims !== 'object' || claims === null) return undefined;
  if (Object.hasOwn(claims, path)) return (claims as Claims)[path];
  const dot = path.indexOf('.');
  return dot < 0 ? undefined : valueAt(valueAt(claims, path.slice(0, dot)), path.slice(dot + 1));
}

export function emailAt(claims: unknown, path: string): string | undefined {
  const value = valueAt(claims, path);
  return typeof value === 'string' && isEmail(value, { require_tld: false }) ? value : undefined;
}

/** The first of the paths that leads to a name. */
export function nameAt(claims: unknown, paths: readonly string[]): string | undefined {
  const text = paths
    .map((path) => valueAt(claims, path))
    .find((value): value is string => typeof value === 'string' && value.trim() !== '');
  return text && cleanText(text.trim().slice(0, MAX_NAME));
}

/** Nothing but `true` is a yes. Where nothing is said at all, `trusted` decides. */
export function saysVerified(value: unknown, trusted: boolean): boolean {
  return value === undefined || value === null ? trusted : value === true;
}
