import { stringify } from 'csv-stringify/sync';
import type { SealedEvent } from '../proof/index.js';
import type { AuditFormat } from './audit-format.js';

/**
 * What a spreadsheet takes for a formula, after whatever it skips: blanks, quotes, invisible characters. The wide forms
 * are what East Asian editions take for the narrow ones.
 */
const FORMULA = /^[\s"'`\p{Cf}\p{Cc}]*[=+\-@|%＝＋－＠]|[\t\r\n]/u;

/** RFC 4180; a cell that a spreadsheet would run begins with an apostrophe. */
export const CSV_FORMAT: AuditFormat = {
  name: 'csv',
  mediaType: 'text/csv; charset=utf-8; header=present',
  extension: 'csv',
  header: row(Object.keys(cellsOf())),
  line: (event) => row(Object.values(cellsOf(event)).map(cell)),
};

function row(cells: readonly string[]): string {
  return stringify([[...cells]], {
    quoted: true,
    quoted_empty: true,
    eof: false,
    record_delimiter: 'windows',
  });
}

export function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return FORMULA.test(text) ? `'${text}` : text;
}

function cellsOf(event?: SealedEvent): Record<string, unknown> {
  const body = event?.body;
  const request = body?.request ?? {};
  return {
    time: body?.time,
    event_id: body?.event_id,
    type: body?.type,
    severity: body?.severity,
    outcome: body?.outcome.result,
    reason_code: body?.outcome.reason_code,
    http_status: body?.outcome.http_status,
    actor_type: body?.actor.type,
    actor_id: body?.actor.id,
    actor_display: body?.actor.display,
    user_id: body?.user_id,
    client_id: body?.client_id,
    grant_id: body?.grant_id,
    session_id: body?.session_id,
    tool: body?.tool?.name,
    targets: body?.targets,
    total_ms: body?.timing?.total_ms,
    ip: request['ip'],
    user_agent: request['ua'],
    method: request['method'],
    route: request['route'],
    request_id: request['request_id'],
    correlation_id: request['correlation_id'],
    reason: body?.reason,
    ticket: body?.ticket,
    change: body?.change,
    details: body?.details,
    seq: event?.seq,
    leaf_hash: event?.leafHash.toString('base64url'),
  };
}
