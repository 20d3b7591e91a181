import type { z } from 'zod';
import type { McpCall, ToolCaller } from '../authoring/caller.js';
import type { Declared, DeclaredPolicy, Kind, Risk } from '../authoring/declared.js';
import type { OwnRules } from '../policy/rules.js';

export type Invoke = (input: unknown, caller: ToolCaller, call: McpCall) => unknown;

/** A method with decorators of this room, as it was found at start. */
export interface FoundMethod {
  /** `NotesTools.add`, for messages. */
  readonly where: string;
  /** Absent when there are only decorators that say who may call. */
  readonly declared?: Declared;
  readonly policy: DeclaredPolicy;
  /** Absent when there is no single instance to call. */
  readonly invoke?: Invoke;
}

/** What can be called, with everything prepared that does not depend on the call. */
export interface Item extends OwnRules {
  readonly kind: Exclude<Kind, 'completion'>;
  /** Name of a tool or prompt, URI of a resource, URI template. */
  readonly name: string;
  readonly title: string;
  readonly risk: Risk;
  readonly input: z.ZodObject;
  readonly invoke: Invoke;
}

const DEFAULT_TIMEOUT_MS = 60_000;

/** What every kind of item takes from its method. */
export function commonOf(found: FoundMethod, risk: Risk, timeoutMs: number | undefined) {
  const { where, policy, invoke } = found;
  if (!invoke || (!policy.scopes && !policy.anyScopes && !policy.isPublic))
    throw new Error(`${where} has problems and cannot be prepared`);
  return {
    scopes: policy.scopes ?? [],
    anyScopes: policy.anyScopes ?? [],
    roles: policy.roles ?? [],
    stepUps: policy.stepUps ?? [],
    quotas: policy.quotas ?? [],
    risk: policy.risk ?? risk,
    timeoutMs: policy.timeoutMs ?? timeoutMs ?? DEFAULT_TIMEOUT_MS,
    redact: policy.redact ?? [],
    invoke,
  };
}
