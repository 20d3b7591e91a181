import { directionOf, type KeysetQuery } from '../../database/index.js';
import { conditionsOf, firstIdAt, momentOf, severitiesFrom, textCondition } from './audit-conditions.js';
import type { AuditFilters } from './audit-filters.js';

/** What a search may ask for. */
export interface AuditQuery extends KeysetQuery, AuditFilters {
  /** `desc` (default) is newest first. */
  readonly order?: 'asc' | 'desc';
}

/** `floor` is the least id that is looked at, `severity` that one alone. */
interface PlacedQuery extends AuditQuery {
  readonly floor?: string;
  readonly severity?: string;
}

export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** Text is looked for in this many events that fit the other filters; the next page looks further. */
export const TEXT_WINDOW = 50_000;

/** One page and one row more. */
export function pageStatement(query: PlacedQuery): Statement {
  const branches = branchesOf(query);
  if (branches.length > 1) return mergedStatement(branches, query.limit);
  const { from, values, direction } = source(branches[0] ?? query);
  const rows = `SELECT body FROM ${from}`;
  return { text: `${rows} ORDER BY event_id ${direction} LIMIT $${values.push(query.limit + 1)}`, values };
}

/**
 * The same, looking at the newest events before the cursor only; `undefined` where that would not do. Whatever it finds
 * comes first in the whole, and partitions of months long ago do not cost anything: look there if it was too little.
 */
export function nearStatement(query: AuditQuery, now = Date.now()): Statement | undefined {
  const { order, backwards, cursor, since } = query;
  if (since !== undefined || directionOf(order, backwards) === 'ASC') return undefined;
  const end = cursor === undefined ? now : Math.min(now, momentOf(cursor));
  return pageStatement({ ...query, floor: firstIdAt(end - NEAR_MS) });
}

/** The rows a count counts: all that fit, wherever the page is. */
export function countedStatement(query: AuditQuery): Statement {
  const { from, values } = source(fromTheStart(query));
  return { text: `SELECT 1 FROM ${from}`, values };
}

/** The last event in which text is looked for, when there may be more behind it. */
export function windowEndStatement(query: AuditQuery): Statement {
  const { parts, values, direction } = placed(query);
  const text = `SELECT event_id AS id FROM audit_events ${whereOf(parts)}
    ORDER BY event_id ${direction} OFFSET ${TEXT_WINDOW - 1} LIMIT 1`;
  return { text, values };
}

/** The same list, from its beginning. */
export function fromTheStart(query: AuditQuery): AuditQuery {
  const whole: { cursor?: string; backwards?: boolean } & AuditQuery = { ...query };
  delete whole.cursor;
  delete whole.backwards;
  return whole;
}

/**
 * One query for each of few values that are alternatives: each is read in order from its index, of every partition no
 * more than is needed. For all at once a partition that has none of them would be read as a whole.
 */
function branchesOf(query: PlacedQuery): PlacedQuery[] {
  const { outcome, severity_gte: severity, q } = query;
  if (q !== undefined) return [query];
  if (outcome !== undefined && !outcome.includes('allowed'))
    return [...new Set(outcome)].map((one) => ({ ...query, outcome: [one] }));
  if (outcome !== undefined || severity === undefined || severity === 'info') return [query];
  return severitiesFrom(severity).map((one) => {
    const branch: { severity_gte?: string } & PlacedQuery = { ...query, severity: one };
    delete branch.severity_gte;
    return branch;
  });
}

function mergedStatement(branches: readonly PlacedQuery[], limit: number): Statement {
  const values: unknown[] = [limit + 1];
  const parts = branches.map((branch) => {
    const { parts, direction } = placed(branch, values);
    return {
      direction,
      text: `(SELECT event_id, body FROM audit_events ${whereOf(parts)} ORDER BY event_id ${direction} LIMIT $1)`,
    };
  });
  const all = parts.map(({ text }) => text).join(' UNION ALL ');
  return {
    text: `SELECT body FROM (${all}) AS merged ORDER BY event_id ${parts[0]!.direction} LIMIT $1`,
    values,
  };
}

function source(query: PlacedQuery): { from: string; values: unknown[]; direction: string } {
  const { parts, values, direction } = placed(query);
  const where = whereOf(parts);
  if (query.q === undefined) return { from: `audit_events ${where}`, values, direction };
  const window = `SELECT * FROM audit_events ${where} ORDER BY event_id ${direction} LIMIT ${TEXT_WINDOW}`;
  return { from: `(${window}) AS looked WHERE ${textCondition(query.q, values)}`, values, direction };
}

function placed(
  query: PlacedQuery,
  before: unknown[] = [],
): { parts: string[]; values: unknown[]; direction: 'ASC' | 'DESC' } {
  const { parts, values } = conditionsOf(query, before);
  if (query.severity !== undefined) parts.push(`severity = $${values.push(query.severity)}`);
  if (query.floor !== undefined) parts.push(`event_id >= $${values.push(query.floor)}::uuid`);
  const direction = directionOf(query.order, query.backwards);
  if (query.cursor !== undefined)
    parts.push(`event_id ${direction === 'ASC' ? '>' : '<'} $${values.push(query.cursor)}::uuid`);
  return { parts, values, direction };
}

export const whereOf = (parts: readonly string[]): string =>
  parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '';

/** So far back most of what people look for is. */
const NEAR_MS = 40 * 86_400_000;
