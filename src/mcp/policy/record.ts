import type { AuthzFacts } from '../../audit/index.js';
import { decide, type Decision, type DecisionContext } from './decide.js';
import type { EffectivePolicy, NamedQuota, QuotaKey } from './rules.js';

/** A decision, and everything it was taken from. */
export interface Ruling {
  readonly policy: EffectivePolicy;
  readonly context: DecisionContext;
  readonly decision: Decision;
  /** As the token names them. */
  readonly granted: readonly string[];
}

/** A decision taken again from its record. */
export type Replay = Pick<Ruling, 'policy' | 'context' | 'decision'>;

/** What the audit event of a decision keeps of it: enough to take it again, and nothing of rules that were not there. */
export function recordOf({ policy, context, decision, granted }: Ruling): AuthzFacts {
  const { scopes, anyScopes, roles, acrs, maxAge, quotas, disabledBy, applied } = policy;
  const implied = [...scopes, ...anyScopes.flat()].filter(
    (scope) => !granted.includes(scope) && context.scopes.includes(scope),
  );
  const lacking = decision.failures.find((failure) => failure.rule === 'scopes');
  const asksSignIn = acrs.length > 0 || maxAge !== undefined;
  // In canonical order, like the rest of an event.
  return {
    ...(anyScopes.length > 0 && { any_of: anyScopes }),
    ...(disabledBy.length > 0 && { disabled_by: disabledBy }),
    granted,
    ...(implied.length > 0 && { implied: [...new Set(implied)] }),
    missing: lacking?.missing ?? [],
    ...(applied.length > 0 && { policies: applied }),
    ...(quotas.length > 0 && { quotas: quotas.map((quota) => quotaRecord(quota, context)) }),
    required: scopes,
    ...(roles.length > 0 && { roles: context.roles, roles_required: roles }),
    ...(asksSignIn && {
      sign_in: {
        acrs: context.acrs,
        ...(context.signInAge !== undefined && { age: Math.floor(context.signInAge) }),
      },
      sign_in_required: { acrs, ...(maxAge !== undefined && { max_age: maxAge }) },
    }),
  };
}

/** Takes a decision again from what was recorded of it. */
export function replay(authz: AuthzFacts): Replay {
  const quotas = authz.quotas ?? [];
  const policy: EffectivePolicy = {
    scopes: authz.required ?? [],
    anyScopes: authz.any_of ?? [],
    roles: authz.roles_required ?? [],
    acrs: authz.sign_in_required?.acrs ?? [],
    ...(authz.sign_in_required?.max_age !== undefined && { maxAge: authz.sign_in_required.max_age }),
    quotas: quotas.map(({ name, calls, per, by }): NamedQuota => ({ name, calls, per, by: by as QuotaKey })),
    disabledBy: authz.disabled_by ?? [],
    timeoutMs: 0,
    redact: [],
    applied: authz.policies ?? [],
  };
  const usedUp = quotas.flatMap(({ name, retry_after: after }) =>
    after === undefined ? [] : [[name, after] as const],
  );
  const context: DecisionContext = {
    scopes: [...(authz.granted ?? []), ...(authz.implied ?? [])],
    roles: authz.roles ?? [],
    acrs: authz.sign_in?.acrs ?? [],
    ...(authz.sign_in?.age !== undefined && { signInAge: authz.sign_in.age }),
    ...(usedUp.length > 0 && { usedUp: Object.fromEntries(usedUp) }),
  };
  return { policy, context, decision: decide(context, policy) };
}

function quotaRecord({ name, calls, per, by }: NamedQuota, { usedUp = {} }: DecisionContext) {
  return { name, calls, per, by, ...(Object.hasOwn(usedUp, name) && { retry_after: usedUp[name]! }) };
}
