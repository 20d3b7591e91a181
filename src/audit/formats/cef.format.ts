import { EVENT_TYPES, type EventType } from '../event-types.js';
import type { SealedEvent } from '../proof/index.js';
import type { AuditFormat } from './audit-format.js';

/** 0 to 10, as CEF has it. */
const SEVERITY: Readonly<Record<string, number>> = { info: 1, low: 3, medium: 5, high: 8, critical: 10 };

/** ArcSight Common Event Format, version 0. */
export const CEF_FORMAT: AuditFormat = {
  name: 'cef',
  mediaType: 'text/plain; charset=utf-8',
  extension: 'cef',
  line: cefOf,
};

function cefOf({ body, seq }: SealedEvent): string {
  const { request = {}, outcome } = body;
  const type = body.type;
  const meaning = EVENT_TYPES[type as EventType] as { description: string } | undefined;
  const head = [
    'CEF:0',
    'Gatehouse',
    'Gatehouse',
    '1',
    type,
    meaning?.description ?? type,
    SEVERITY[body.severity] ?? 0,
  ];
  const extension = {
    rt: Date.parse(body.time),
    externalId: body.event_id,
    outcome: outcome.result,
    reason: outcome.reason_code,
    suid: body.actor.id,
    suser: body.actor.display,
    duid: body.user_id,
    src: request['ip'],
    requestMethod: request['method'],
    request: request['route'],
    requestClientApplication: request['ua'],
    act: body.tool?.name,
    cn1Label: 'seq',
    cn1: seq,
    cs1Label: 'client',
    cs1: body.client_id,
    cs2Label: 'grant',
    cs2: body.grant_id,
    cs3Label: 'correlation',
    cs3: request['correlation_id'],
    msg: JSON.stringify(body),
  };
  const members = Object.entries(extension)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${extensionText(`${value as string | number}`)}`);
  return `${head.map((part) => headText(String(part))).join('|')}|${members.join(' ')}`;
}

const oneLine = (text: string): string => text.replace(/\r/g, '\\r').replace(/\n/g, '\\n');
const headText = (text: string): string => oneLine(text.replace(/[\\|]/g, '\\$&'));
const extensionText = (text: string): string => oneLine(text.replace(/[\\=]/g, '\\$&'));
