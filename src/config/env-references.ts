type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Replaces `{ env: NAME }` anywhere in the parsed file by the value of that variable, so that a file without
 * secrets can be committed. Names of variables that are not set are added to `missing`.
 */
export function resolveEnvReferences(value: unknown, env: Environment, missing: string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveEnvReferences(item, env, missing));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]![0] === 'env' && typeof entries[0]![1] === 'string') {
    const found = env[entries[0]![1]];
    if (found === undefined || found === '') missing.push(entries[0]![1]);
    return found ?? '';
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, resolveEnvReferences(item, env, missing)]));
}
