import { z } from 'zod';
import { ROLES } from '../../config/index.js';
import type { DeclaredPolicy } from '../authoring/declared.js';
import { QUOTA_KEYS, type Quota, type StepUpDemand } from '../policy/rules.js';
import type { FoundMethod } from './item.js';
import { redactProblems } from './redact-problems.js';

/** What there is that a declaration can name. */
export interface Known {
  readonly hasScope: (scope: string) => boolean;
  /** Levels of a sign-in. */
  readonly hasLevel: (acr: string) => boolean;
}

/** Counters hold no longer time. */
const LONGEST_S = 2_000_000;

const isCount = (value: unknown, most = Number.MAX_SAFE_INTEGER): boolean =>
  Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= most;

/** What is wrong with what a method says of its callers. */
export function policyProblems({ policy, declared }: FoundMethod, known: Known): string[] {
  const input = declared && 'input' in declared.options ? declared.options.input : undefined;
  return [
    ...scopeProblems(policy, known),
    ...redactProblems(input ?? z.object({}), policy.redact ?? []),
    ...roleProblems(policy),
    ...(policy.stepUps ?? []).flatMap((demand) => stepUpProblems(demand, known)),
    ...(policy.quotas ?? []).flatMap(quotaProblems),
  ];
}

function scopeProblems({ scopes, anyScopes, isPublic }: DeclaredPolicy, { hasScope }: Known): string[] {
  const asked = scopes ?? anyScopes;
  const named = [...new Set([...(scopes ?? []), ...(anyScopes?.flat() ?? [])])];
  const settled = anyScopes?.flat().filter((scope) => scopes?.includes(scope)) ?? [];
  return [
    ...(asked || isPublic ? [] : [`declares no scopes; add @RequireScopes('…') so that it can be refused`]),
    ...(asked && isPublic ? ['is public and requires scopes; say one of the two'] : []),
    ...(scopes?.length === 0 ? ['requires an empty list of scopes; name at least one'] : []),
    ...(anyScopes?.some((oneOf) => new Set(oneOf).size < 2)
      ? ['has a choice of fewer than two scopes; use @RequireScopes']
      : []),
    ...settled.map(
      (scope) => `requires the scope "${scope}" and also as one of a choice; say one of the two`,
    ),
    ...named
      .filter((scope) => !hasScope(scope))
      .map((scope) => `requires the unknown scope "${scope}"; declare it under "scopes"`),
  ];
}

function roleProblems({ roles = [], isPublic }: DeclaredPolicy): string[] {
  const unknown = roles.flat().filter((role) => !(ROLES as readonly string[]).includes(role));
  return [
    ...(roles.length > 0 && isPublic ? ['is public and requires a role; say one of the two'] : []),
    ...(roles.some((oneOf) => oneOf.length === 0) ? ['requires one of no roles; name at least one'] : []),
    ...unknown.map((role) => `requires the unknown role "${role}"; there are ${ROLES.join(', ')}`),
  ];
}

function stepUpProblems({ acr, maxAge }: StepUpDemand, { hasLevel }: Known): string[] {
  return [
    ...(acr === undefined && maxAge === undefined
      ? ['asks for a step-up to nothing; say acr or maxAge']
      : []),
    ...(acr !== undefined && !hasLevel(acr) ? [`asks for the unknown level "${acr}" of a sign-in`] : []),
    ...(maxAge !== undefined && !isCount(maxAge) ? ['has a maxAge that is no number of seconds from 1'] : []),
  ];
}

function quotaProblems({ calls, per, by }: Quota): string[] {
  const isWhole = isCount(calls) && isCount(per, LONGEST_S);
  return [
    ...(isWhole ? [] : [`has a quota that is not some calls in 1 to ${LONGEST_S} seconds`]),
    ...(QUOTA_KEYS.includes(by) ? [] : [`has a quota by "${String(by)}"; say ${QUOTA_KEYS.join(', ')}`]),
  ];
}
