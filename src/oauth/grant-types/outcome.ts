import { OAuthError } from '../oauth-error.js';
import type { TokenSet } from '../tokens/token-set.js';

/**
 * What was decided inside a transaction. A refusal is returned and thrown only after the commit: thrown inside,
 * it would undo its own punishment and its own audit record.
 */
export type Outcome = { readonly tokens: TokenSet } | Refusal;

export interface Refusal {
  readonly refusal: OAuthError;
}

/** An outcome, and what must happen after the commit and before the answer. */
export interface Decision {
  readonly outcome: Outcome;
  readonly after?: () => Promise<unknown>;
}

export function settle(outcome: Outcome): TokenSet {
  if ('refusal' in outcome) throw outcome.refusal;
  return outcome.tokens;
}

/** RFC 6749 §5.2. One description for all reasons: which of them it was is for the log and the audit trail. */
export function invalidGrant(reason: string): Refusal {
  return {
    refusal: new OAuthError(
      'invalid_grant',
      'The code or token is invalid, expired, or was issued to another client',
      { reason },
    ),
  };
}
