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

/** The columns of `audit_events`, in JSON. */
export type AuditRow = ReturnType<typeof columnsOf>;

/** The event of a fact; what the fact says itself wins over the request's context. */
export function bodyOf(
  fact: AuditFact,
  context: AuditContext | undefined,
  argsHmac?: string,
): AuditEventBody {
  const change = fact.change && clean(recordedChange(fact.change), CHANGE_DEPTH);
  const said = clean(told(fact, context, argsHmac)) as { readonly [member: string]: Json };
  return { ...said, ...(change && { change }) } as unknown as AuditEventBody;
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
    body,
  };
}

function told(fact: AuditFact, context: AuditContext | undefined, argsHmac: string | undefined): object {
  const info = EVENT_TYPES[fact.type];
  return {
    event_id: uuidv7(),
    type: fact.type,
    schema_version: SCHEMA_VERSION,
    class_uid: info.ocsfClass,
    activity_id: info.activity,
    time: new Date().toISOString(),
    severity: fact.severity ?? info.severity,
    outcome: outcomeOf(fact),
    actor: fact.actor ?? context?.actor ?? defaultActor(fact, context),
    request: context && requestOf(context),
    user_id: fact.userId ?? context?.userId,
    client_id: fact.clientId ?? context?.clientId,
    grant_id: fact.grantId ?? context?.grantId,
    session_id: fact.sessionId ?? context?.sessionId,
    token: fact.token,
    tool: fact.tool && { ...toolOf(fact.tool), args_hmac: argsHmac },
    authz: fact.authz,
    targets: fact.targets,
    timing: fact.totalMs === undefined ? undefined : { total_ms: Math.round(fact.totalMs * 1000) / 1000 },
    reason: fact.reason ?? context?.reason,
    ticket: fact.ticket ?? context?.ticket,
    claimed: context?.claimed,
    details: fact.details,
  };
}

function outcomeOf({ outcome = { result: 'allowed' } }: AuditFact): object {
  return {
    result: outcome.result,
    reason_code: outcome.reason,
    http_status: outcome.httpStatus,
    rpc_code: outcome.rpcCode,
  };
}

function defaultActor(fact: AuditFact, context: AuditContext | undefined): Actor {
  const userId = fact.userId ?? context?.userId;
  const clientId = fact.clientId ?? context?.clientId;
  if (userId) return { type: 'user', id: userId };
  if (clientId) return { type: 'client', id: clientId };
  return { type: context ? 'anonymous' : 'system' };
}

function requestOf(context: AuditContext): object {
  return {
    request_id: context.requestId,
    correlation_id: context.correlationId,
    method: context.method,
    route: context.path,
    ip: context.ip,
    ua: context.userAgent,
  };
}

function toolOf(tool: NonNullable<AuditFact['tool']>): object {
  return {
    name: tool.name,
    phase: tool.phase,
    risk: tool.risk,
    args_bytes: tool.argsBytes,
    args_shown: tool.argsShown,
    result_bytes: tool.resultBytes,
    is_error: tool.isError,
    decision_id: tool.decisionId,
  };
}
