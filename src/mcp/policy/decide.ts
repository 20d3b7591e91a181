import type { EffectivePolicy } from './rules.js';

/** What a decision is taken from beside the policy. */
export interface DecisionContext {
  /** Those granted, and those they include. */
  readonly scopes: readonly string[];
  /** Of the person; nobody's when a client acts for itself. */
  readonly roles: readonly string[];
  /** The level of the sign-in, and those it stands for. */
  readonly acrs: readonly string[];
  /** Seconds since the sign-in; absent when nobody signed in. */
  readonly signInAge?: number;
  /** Quotas that have nothing left, with the seconds until they do. */
  readonly usedUp?: Readonly<Record<string, number>>;
}

/** A rule that does not hold, and what would be enough. */
export type Failure =
  | { readonly rule: 'disabled'; readonly reason: 'disabled_by_policy'; readonly by: readonly string[] }
  | { readonly rule: 'roles'; readonly reason: 'insufficient_role'; readonly roles: readonly string[] }
  | {
      readonly rule: 'scopes';
      readonly reason: 'insufficient_scope';
      readonly missing: readonly string[];
      /** Everything the call needs, for one challenge. */
      readonly ask: readonly string[];
    }
  | {
      readonly rule: 'sign_in';
      readonly reason: 'insufficient_user_authentication';
      readonly acrs: readonly string[];
      readonly maxAge?: number;
    }
  | {
      readonly rule: 'quota';
      readonly reason: 'quota_exceeded';
      readonly quota: string;
      /** Seconds. */
      readonly retryAfter: number;
    };

export interface Decision {
  readonly result: 'allowed' | 'denied' | 'throttled';
  /** What the caller can do nothing about comes first; the first one is the reason. */
  readonly failures: readonly Failure[];
}

type Rule = (context: DecisionContext, policy: EffectivePolicy) => readonly Failure[];

const notDisabled: Rule = (_context, { disabledBy: by }) =>
  by.length === 0 ? [] : [{ rule: 'disabled', reason: 'disabled_by_policy', by }];

const roles: Rule = (context, policy) =>
  policy.roles
    .filter((oneOf) => !oneOf.some((role) => context.roles.includes(role)))
    .slice(0, 1)
    .map((oneOf) => ({ rule: 'roles', reason: 'insufficient_role', roles: oneOf }));

const scopes: Rule = (context, policy) => {
  const chosen = policy.anyScopes.map(
    (oneOf) => oneOf.find((scope) => context.scopes.includes(scope)) ?? oneOf[0]!,
  );
  const ask = [...new Set([...policy.scopes, ...chosen])];
  const missing = ask.filter((scope) => !context.scopes.includes(scope));
  return missing.length === 0 ? [] : [{ rule: 'scopes', reason: 'insufficient_scope', missing, ask }];
};

/** RFC 9470 §3: the challenge names all that the sign-in must be. */
const signIn: Rule = (context, { acrs, maxAge }) => {
  const isRecent = maxAge === undefined || (context.signInAge !== undefined && context.signInAge <= maxAge);
  const lacking = acrs.filter((acr) => !context.acrs.includes(acr));
  if (isRecent && lacking.length === 0) return [];
  const demand = { acrs: lacking.length > 0 ? lacking : acrs, ...(maxAge !== undefined && { maxAge }) };
  return [{ rule: 'sign_in', reason: 'insufficient_user_authentication', ...demand }];
};

const quotas: Rule = ({ usedUp = {} }, policy) =>
  policy.quotas
    .filter(({ name }) => Object.hasOwn(usedUp, name))
    .map(({ name }) => ({ rule: 'quota', reason: 'quota_exceeded', quota: name, retryAfter: usedUp[name]! }));

const RULES: readonly Rule[] = [notDisabled, roles, scopes, signIn, quotas];

/**
 * The one answer to "may this be called": for the guard, the dispatcher, the lists, and whoever asks later why. The
 * same input gives the same answer, so a recorded decision can be taken again.
 */
export function decide(context: DecisionContext, policy: EffectivePolicy): Decision {
  const failures = RULES.flatMap((rule) => rule(context, policy));
  const [first] = failures;
  if (!first) return { result: 'allowed', failures };
  return { result: first.rule === 'quota' ? 'throttled' : 'denied', failures };
}
