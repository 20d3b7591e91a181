import { OAuthError } from '../oauth-error.js';
import type { TokenSet } from '../tokens/token-set.js';

/**
 * What was decided. A refusal is returned and thrown only when everything that belongs to it has been committed:
 * thrown inside a transaction, it would undo its own punishment and its own audit record.
 */
export type Outcome = { readonly tokens: TokenSet } | Refusal;

export interface Refusal {
  readonly refusal: OAuthError;
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
