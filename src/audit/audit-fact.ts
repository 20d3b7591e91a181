import type { EventType, Severity } from './event-types.js';

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
  readonly type: 'user' | 'client' | 'grant' | 'session' | 'token' | 'key' | 'tool' | 'identity' | 'consent';
  readonly id: string;
  readonly display?: string;
}

/** Describes a token without being one: never the token, nor an unkeyed hash of it. `exp` is in seconds. */
export interface TokenFacts {
  readonly jti?: string;
  readonly kind: 'access' | 'refresh' | 'code' | 'id';
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
  readonly resultBytes?: number;
  readonly isError?: boolean;
  /** The event id of the decision, on the outcome row. */
  readonly decisionId?: string;
}

export interface AuthzFacts {
  readonly required?: readonly string[];
  readonly granted?: readonly string[];
  readonly missing?: readonly string[];
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

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
  /** How long the handled thing took, in milliseconds. */
  readonly totalMs?: number;
  readonly details?: { readonly [key: string]: Json };
}
