/** Stands where a value was that the audit trail does not keep. */
export const REDACTED = '[redacted]';

/** The same value, without what stands at the paths (`body`, `author.name`); lists are looked through. */
export function redacted(value: unknown, paths: readonly string[]): unknown {
  if (paths.includes('')) return REDACTED;
  if (paths.length === 0 || value === null || value === undefined) return value;
  // What is not what the schema says may be all of it.
  if (typeof value !== 'object') return REDACTED;
  if (Array.isArray(value)) return value.map((item) => redacted(item, paths));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, redacted(member, below(name, paths))]),
  );
}

/** A member whose name has a dot in it is none that a path leads to. */
const below = (name: string, paths: readonly string[]): string[] =>
  paths.flatMap((path) => {
    const [first, ...rest] = path.split('.');
    return first === name ? [rest.join('.')] : [];
  });
