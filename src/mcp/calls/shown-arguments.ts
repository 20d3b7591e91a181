import type { Json } from '../../audit/index.js';
import { REDACTED } from './redacted.js';

/** What of JSON Schema a tool's input is made of. */
export interface ArgumentSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, ArgumentSchema>>;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly [keyword: string]: unknown;
}

/** Texts of these forms have no room for words. */
const FORMS: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  date: /^\d{4}-\d\d-\d\d$/,
  'date-time': /^\d{4}-\d\d-\d\dT[\d:.]{5,18}(?:Z|[+-]\d\d:\d\d)$/,
};
const DEPTH = 4;

/**
 * Arguments as the audit trail may show them: only members that the schema names, and of those only values that the
 * schema leaves no room for words in. Of everything else its kind and size.
 */
export function shownArguments(schema: ArgumentSchema, value: unknown, depth = DEPTH): Json {
  if (value === REDACTED || isShown(schema, value)) return value as Json;
  if (typeof value === 'string') return { chars: value.length };
  if (Array.isArray(value)) return { items: value.length };
  if (typeof value !== 'object' || value === null) return { type: value === null ? 'null' : typeof value };
  if (schema.properties === undefined || depth === 0) return { members: Object.keys(value).length };
  return membersOf(schema.properties, value, depth - 1);
}

function membersOf(properties: Readonly<Record<string, ArgumentSchema>>, value: object, depth: number): Json {
  const given = new Map<string, unknown>(Object.entries(value));
  const known = Object.entries(properties).filter(([name]) => given.has(name));
  const unknown = given.size - known.length;
  return {
    ...Object.fromEntries(
      known.map(([name, schema]) => [name, shownArguments(schema, given.get(name), depth)]),
    ),
    ...(unknown > 0 && { unknown_members: unknown }),
  };
}

function isShown(schema: ArgumentSchema, value: unknown): boolean {
  if (schema.const !== undefined) return value === schema.const;
  if (schema.enum !== undefined) return schema.enum.includes(value) && typeof value !== 'object';
  const types = [schema.type ?? []].flat();
  if (typeof value === 'boolean') return types.includes('boolean');
  if (typeof value === 'number') return types.includes('number') || types.includes('integer');
  return typeof value === 'string' && FORMS[schema.format ?? '']?.test(value) === true;
}
