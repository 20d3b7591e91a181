import { directionOf, type KeysetQuery } from '../../database/index.js';
import { conditionsOf, textCondition } from './audit-conditions.js';
import type { AuditFilters } from './audit-filters.js';

/** What a search may ask for. */
export interface AuditQuery extends KeysetQuery, AuditFilters {
  /** `desc` (default) is newest first. */
  readonly order?: 'asc' | 'desc';
}

export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** Text is looked for in this many events that fit the other filters; the next page looks further. */
export const TEXT_WINDOW = 50_000;

/** One page and one row more. */
export function pageStatement(query: AuditQuery): Statement {
  const { from, values, direction } = source(query);
  const rows = `SELECT body FROM ${from}`;
  return { text: `${rows} ORDER BY event_id ${direction} LIMIT $${values.push(query.limit + 1)}`, values };
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

function source(query: AuditQuery): { from: string; values: unknown[]; direction: string } {
  const { parts, values, direction } = placed(query);
  const where = whereOf(parts);
  if (query.q === undefined) return { from: `audit_events ${where}`, values, direction };
  const window = `SELECT * FROM audit_events ${where} ORDER BY event_id ${direction} LIMIT ${TEXT_WINDOW}`;
  return { from: `(${window}) AS looked WHERE ${textCondition(query.q, values)}`, values, direction };
}

function placed(query: AuditQuery): { parts: string[]; values: unknown[]; direction: 'ASC' | 'DESC' } {
  const { parts, values } = conditionsOf(query);
  const direction = directionOf(query.order, query.backwards);
  if (query.cursor !== undefined)
    parts.push(`event_id ${direction === 'ASC' ? '>' : '<'} $${values.push(query.cursor)}::uuid`);
  return { parts, values, direction };
}

export const whereOf = (parts: readonly string[]): string =>
  parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '';
