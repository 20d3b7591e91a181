import type { Change } from './change.js';
import type { EventType, Severity } from './event-types.js';
import type { Json } from './json.js';

export type { Json } from './json.js';

export type OutcomeResult = 'allowed' | 'denied' | 'throttled' | 'error' | 'aborted';

/** Why a decision fell as it did: `reason` is a short snake_case code from our own code, never request text. */
export interface Outcome {
  readonly result: OutcomeResult;
  readonly reason?: string;
  readonly httpStatus?: number;
  readonly rpcCode?: number;
}

export interface Actor {
  readonly type: 'user' | 'client' | 'admin' | 'system' | 'anonymous';
  readonly id?: string;
  readonly display?: string;
}

export interface Target {
  readonly type:
    | 'user'
    | 'client'
    | 'grant'
    | 'session'
    | 'token'
    | 'api_key'
    | 'key'
    | 'tool'
    | 'resource'
    | 'prompt'
    | 'completion'
    | 'identity'
    | 'identity_provider'
    | 'consent'
    | 'group'
    | 'revocation'
    | 'audit_event'
    | 'saved_search'
    | 'audit_export'
    | 'audit_stream'
    | 'audit_partition'
    | 'audit_export_schedule'
    | 'registration_policy'
    | 'tool_policy';
  readonly id: string;
  readonly display?: string;
}

/** Describes a token without being one: never the token, nor an unkeyed hash of it. `exp` is in seconds. */
export interface TokenFacts {
  readonly jti?: string;
  readonly kind: 'access' | 'refresh' | 'code' | 'id' | 'api_key';
  readonly scopes?: readonly string[];
  readonly aud?: string;
  readonly exp?: number;
  readonly kid?: string;
  readonly rev?: number;
}

export interface ToolFacts {
  readonly name: string;
  /** `decision` is durable before the tool runs, `outcome` is written after it. */
  readonly phase: 'decision' | 'outcome';
  readonly risk?: 'read' | 'change' | 'destructive';
  readonly argsBytes?: number;
  /** As they were given: a keyed hash is made of them, by which equal ones can be found. */
  readonly args?: unknown;
  /** What of them may be stored in the event. */
  readonly argsShown?: Json;
  /** What of them may be stored sealed. */
  readonly argsSealed?: Json;
  readonly resultBytes?: number;
  readonly isError?: boolean;
  /** The event id of the decision, on the outcome row. */
  readonly decisionId?: string;
}

/** What a decision was taken from, in the words of the event. Times are in seconds. */
export interface AuthzFacts {
  readonly required?: readonly string[];
  readonly granted?: readonly string[];
  readonly missing?: readonly string[];
  /** Required ones that others which were granted include. */
  readonly implied?: readonly string[];
  /** One of each list was required. */
  readonly any_of?: readonly (readonly string[])[];
  readonly roles_required?: readonly (readonly string[])[];
  readonly roles?: readonly string[];
  readonly sign_in_required?: { readonly acrs: readonly string[]; readonly max_age?: number };
  readonly sign_in?: { readonly acrs: readonly string[]; readonly age?: number };
  readonly quotas?: readonly {
    readonly name: string;
    readonly calls: number;
    readonly per: number;
    readonly by: string;
    /** There when nothing was left. */
    readonly retry_after?: number;
  }[];
  readonly disabled_by?: readonly string[];
  /** Which policies applied, as they were then. */
  readonly policies?: readonly { readonly name: string; readonly version: number }[];
}

/**
 * One thing that happened, as the code that did it says it. Who asked, from where and under which
 * correlation id is added from the request's audit context; what is given here wins over the context.
 */
export interface AuditFact {
  readonly type: EventType;
  readonly outcome?: Outcome;
  readonly severity?: Severity;
  readonly actor?: Actor;
  readonly userId?: string;
  readonly clientId?: string;
  readonly grantId?: string;
  readonly sessionId?: string;
  readonly token?: TokenFacts;
  readonly tool?: ToolFacts;
  readonly authz?: AuthzFacts;
  readonly targets?: readonly Target[];
  /** What an act made different. */
  readonly change?: Change;
  /** Why, in the words of whoever did it. */
  readonly reason?: string;
  /** Where it was asked for: the number of a ticket. */
  readonly ticket?: string;
  /** How long the handled thing took, in milliseconds. */
  readonly totalMs?: number;
  readonly details?: { readonly [key: string]: Json };
}
