import { EVENT_TYPES, retentionOf, SEVERITIES, type Severity } from '../event-types.js';
import type { AuditFilters } from './audit-filters.js';

/** Conditions over the columns of `audit_events`, with their values as `$1`, `$2`… */
export interface Conditions {
  readonly parts: string[];
  readonly values: unknown[];
}

const EQUAL = {
  actor: 'actor_id',
  user_id: 'user_id',
  client_id: 'client_id',
  grant_id: 'grant_id',
  session_id: 'session_id',
  tool: 'tool',
  args_hmac: 'args_hmac',
  jti: 'jti',
  correlation_id: 'correlation_id',
} as const satisfies Partial<Record<keyof AuditFilters, string>>;

/** An IPv4 address in the form of RFC 4291 §2.5.5.2. */
const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/** The time in an event's id is never before its `time`; after a clock was set back it is later by as much. */
const CLOCK_SET_BACK_MS = 600_000;

/** All but `q`, which reads what these have found. `values` are those that come before. */
export function conditionsOf(filters: AuditFilters, values: unknown[] = []): Conditions {
  const parts: string[] = [];
  const add = (condition: (placeholder: string) => string, value: unknown) => {
    if (value !== undefined) parts.push(condition(`$${values.push(value)}`));
  };
  for (const [name, column] of Object.entries(EQUAL))
    add((at) => `${column} = ${at}`, filters[name as keyof typeof EQUAL]);
  const addOneOf = (column: string, list: readonly string[] | undefined) =>
    list?.length === 1
      ? add((at) => `${column} = ${at}`, list[0])
      : add((at) => `${column} = ANY(${at}::text[])`, list);
  for (const types of [filters.type, filters.type_prefix && typesWith(filters.type_prefix)]) {
    addOneOf('type', types);
    // The partitions of other classes have none of them.
    if (types && types.length > 0) parts.push(`retention IN (${classesOf(types)})`);
  }
  addOneOf('result', filters.outcome);
  addOneOf('severity', filters.severity_gte === undefined ? undefined : severitiesFrom(filters.severity_gte));
  add((at) => `audit_inet(ip) <<= ${at}::inet`, filters.ip?.replace(MAPPED, ''));
  if (filters.target !== undefined) {
    const targets = targetsOf(filters.target).map(
      (one) => `body->'targets' @> $${values.push(JSON.stringify([one]))}::jsonb`,
    );
    parts.push(`body ? 'targets' AND (${targets.join(' OR ')})`);
  }
  addTimes(filters, add);
  return { parts, values };
}

function addTimes(
  { since, until }: AuditFilters,
  add: (condition: (placeholder: string) => string, value: unknown) => void,
): void {
  if (since !== undefined) {
    add((at) => `time >= ${at}`, new Date(since));
    add((at) => `event_id >= ${at}::uuid`, firstIdAt(Date.parse(since)));
  }
  if (until !== undefined) {
    add((at) => `time < ${at}`, new Date(until));
    add((at) => `event_id < ${at}::uuid`, firstIdAt(Date.parse(until) + CLOCK_SET_BACK_MS));
  }
}

const classesOf = (types: readonly string[]): string =>
  [...new Set(types.map(retentionOf))].map((name) => `'${name}'`).join(', ');

/** Of the catalogue, so that an index of types can be used. */
const typesWith = (prefixes: readonly string[]): string[] =>
  Object.keys(EVENT_TYPES).filter((type) => prefixes.some((prefix) => type.startsWith(prefix)));

export const severitiesFrom = (severity: string): readonly string[] =>
  SEVERITIES.slice(SEVERITIES.indexOf(severity as Severity));

/** An id may have a colon itself. */
function targetsOf(target: string): { type?: string; id: string }[] {
  const at = target.indexOf(':');
  const named = at > 0 ? [{ type: target.slice(0, at), id: target.slice(at + 1) }] : [];
  return [{ id: target }, ...named];
}

/** The least UUIDv7 of a moment (RFC 9562 §5.7). */
export function firstIdAt(ms: number): string {
  const hex = Math.max(0, Math.trunc(ms)).toString(16).padStart(12, '0').slice(-12);
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** In milliseconds, of a UUIDv7 (RFC 9562 §5.7): its first 48 bits. */
export const momentOf = (id: string): number => parseInt(id.replaceAll('-', '').slice(0, 12), 16);

/** The members of an event that `q` looks into. */
const SEARCHED = `concat_ws(E'\\n', type, reason, actor_id, user_id, client_id, grant_id, session_id, tool, ip, user_agent,
  correlation_id, body->'actor'->>'display', body->>'reason', body->>'ticket', body->>'targets')`;

/** The text as it is: no character of it is a wildcard. */
export function textCondition(q: string, values: unknown[]): string {
  return `${SEARCHED} ILIKE $${values.push(`%${q.replace(/[\\%_]/g, '\\$&')}%`)}`;
}
