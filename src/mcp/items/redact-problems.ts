import { z } from 'zod';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** Paths that the input does not have: what they were meant for would be kept. */
export function redactProblems(input: z.ZodObject, paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Schema;
  return paths
    .filter((path) => !leadsSomewhere(schema, path.split('.')))
    .map((path) => `redacts "input.${path}", which its input does not have`);
}

function leadsSomewhere({ properties, items, anyOf }: Schema, path: readonly string[]): boolean {
  const [name, ...rest] = path;
  if (name === undefined) return true;
  const member = properties?.[name];
  return (
    (member !== undefined && leadsSomewhere(member, rest)) ||
    (items !== undefined && leadsSomewhere(items, path)) ||
    anyOf?.some((one) => leadsSomewhere(one, path)) === true
  );
}
