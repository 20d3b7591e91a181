import { v7 as uuidv7 } from 'uuid';
import type { Actor, AuditFact, Json } from './audit-fact.js';
import type { AuditContext } from './audit-context.js';
import { recordedChange, type RecordedChange } from './change.js';
import { clean } from './clean.js';
import { EVENT_TYPES, retentionOf } from './event-types.js';

const SCHEMA_VERSION = 1;
/** A snapshot is deeper than the rest of an event. */
const CHANGE_DEPTH = -4;

/** An event as it is stored, searched and exported. Times are UTC with milliseconds. */
export interface AuditEventBody {
  readonly event_id: string;
  readonly type: string;
  readonly schema_version: number;
  readonly class_uid: number;
  readonly activity_id?: number;
  readonly time: string;
  readonly severity: string;
  readonly outcome: {
    readonly result: string;
    readonly reason_code?: string;
    readonly http_status?: number;
    readonly rpc_code?: number;
  };
  readonly actor: { readonly type: string; readonly id?: string; readonly display?: string };
  readonly request?: { readonly [key: string]: Json };
  readonly user_id?: string;
  readonly client_id?: string;
  readonly grant_id?: string;
  readonly session_id?: string;
  readonly token?: { readonly [key: string]: Json };
  readonly tool?: { readonly name: string; readonly phase: string; readonly [key: string]: Json };
  readonly authz?: { readonly [key: string]: Json };
  readonly targets?: readonly { readonly [key: string]: Json }[];
  readonly timing?: { readonly total_ms: number };
  readonly change?: Pick<RecordedChange, 'patch'> & Partial<RecordedChange>;
  readonly reason?: string;
  readonly ticket?: string;
  readonly claimed?: { readonly [member: string]: Json };
  readonly details?: { readonly [key: string]: Json };
  /** Of what is sealed: the digest of the ciphertext, its key, and what it is. */
  readonly privacy?: {
    readonly payload_digest: string;
    readonly key_id: string;
    readonly fields: readonly string[];
  };
}

/** The event of a fact; what the fact says itself wins over the request's context. */
export function bodyOf(
  fact: AuditFact,
  context: AuditContext | undefined,
  argsHmac?: string,
): AuditEventBody {
  const change = fact.change && clean(recordedChange(fact.change), CHANGE_DEPTH);
  const said = clean(told(fact, context, argsHmac)) as { readonly [member: string]: Json };
  return (change ? { ...said, change } : said) as unknown as AuditEventBody;
}

/** What the columns say of an event, which searches go by. */
export function columnsOf(body: AuditEventBody) {
  return {
    event_id: body.event_id,
    retention: retentionOf(body.type),
    type: body.type,
    schema_version: body.schema_version,
    time: body.time,
    severity: body.severity,
    result: body.outcome.result,
    reason: body.outcome.reason_code ?? null,
    actor_type: body.actor.type,
    actor_id: body.actor.id ?? null,
    user_id: body.user_id ?? null,
    client_id: body.client_id ?? null,
    grant_id: body.grant_id ?? null,
    session_id: body.session_id ?? null,
    tool: body.tool?.name ?? null,
    args_hmac: (body.tool?.['args_hmac'] as string | undefined) ?? null,
    jti: (body.token?.['jti'] as string | undefined) ?? null,
    ip: (body.request?.['ip'] as string | undefined) ?? null,
    user_agent: (body.request?.['ua'] as string | undefined) ?? null,
    request_id: (body.request?.['request_id'] as string | undefined) ?? null,
    correlation_id: (body.request?.['correlation_id'] as string | undefined) ?? null,
  };
}

function told(fact: AuditFact, context: AuditContext | undefined, argsHmac: string | undefined): object {
  const info = EVENT_TYPES[fact.type];
  // In canonical order, so that it need not be sorted to be marked.
  return {
    activity_id: info.activity,
    actor: fact.actor ?? context?.actor ?? defaultActor(fact, context),
    authz: fact.authz,
    claimed: context?.claimed,
    class_uid: info.ocsfClass,
    client_id: fact.clientId ?? context?.clientId,
    details: fact.details,
    event_id: uuidv7(),
    grant_id: fact.grantId ?? context?.grantId,
    outcome: outcomeOf(fact),
    reason: fact.reason ?? context?.reason,
    request: context && requestOf(context),
    schema_version: SCHEMA_VERSION,
    session_id: fact.sessionId ?? context?.sessionId,
    severity: fact.severity ?? info.severity,
    targets: fact.targets,
    ticket: fact.ticket ?? context?.ticket,
    time: new Date().toISOString(),
    timing: fact.totalMs === undefined ? undefined : { total_ms: Math.round(fact.totalMs * 1000) / 1000 },
    token: fact.token,
    tool: fact.tool && toolOf(fact.tool, argsHmac),
    type: fact.type,
    user_id: fact.userId ?? context?.userId,
  };
}

function outcomeOf({ outcome = { result: 'allowed' } }: AuditFact): object {
  return {
    http_status: outcome.httpStatus,
    reason_code: outcome.reason,
    result: outcome.result,
    rpc_code: outcome.rpcCode,
  };
}

function defaultActor(fact: AuditFact, context: AuditContext | undefined): Actor {
  const userId = fact.userId ?? context?.userId;
  const clientId = fact.clientId ?? context?.clientId;
  if (userId) return { id: userId, type: 'user' };
  if (clientId) return { id: clientId, type: 'client' };
  return { type: context ? 'anonymous' : 'system' };
}

function requestOf(context: AuditContext): object {
  return {
    correlation_id: context.correlationId,
    ip: context.ip,
    method: context.method,
    request_id: context.requestId,
    route: context.path,
    ua: context.userAgent,
  };
}

function toolOf(tool: NonNullable<AuditFact['tool']>, argsHmac: string | undefined): object {
  return {
    args_bytes: tool.argsBytes,
    args_hmac: argsHmac,
    args_shown: tool.argsShown,
    decision_id: tool.decisionId,
    is_error: tool.isError,
    name: tool.name,
    phase: tool.phase,
    result_bytes: tool.resultBytes,
    risk: tool.risk,
  };
}
