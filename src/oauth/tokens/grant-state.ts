import { groupNamesOf } from '../../users/index.js';

/** What issuing a token from a grant needs to know, read in one statement. */
export interface GrantState {
  readonly grant_id: string;
  readonly user_id: string;
  readonly client_id: string;
  readonly session_id: string | null;
  readonly resource: string;
  readonly scopes: string[];
  readonly auth_time: Date;
  readonly acr: string;
  readonly amr: string[];
  readonly jkt: string | null;
  readonly grant_expires_at: Date;
  readonly revoked_at: Date | null;
  readonly user_disabled_at: Date | null;
  readonly client_trust_state: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly name: string | null;
  readonly roles: string[];
  readonly groups: string[];
  /** Ledger position of the same snapshot: what is ended later is newer than the token. */
  readonly rev: string;
}

/** Columns of `GrantState`, for a statement that joins `GRANT_JOINS`. */
export const GRANT_STATE = `
  g.id AS grant_id, g.user_id, g.client_id, g.session_id, g.resource, g.scopes, g.auth_time, g.acr, g.amr, g.jkt,
  g.expires_at AS grant_expires_at, g.revoked_at, u.disabled_at AS user_disabled_at,
  k.trust_state AS client_trust_state, u.email, u.email_verified, u.name, u.roles,
  (${groupNamesOf('u')}) AS groups,
  (SELECT coalesce(max(seq), 0) FROM revocations) AS rev`;

/** Whom a grant `g` belongs to. */
export const GRANT_JOINS = 'JOIN users u ON u.id = g.user_id JOIN clients k ON k.id = g.client_id';

/** The same as `deadReason`, as a condition of the statement that writes: nothing is issued from what died meanwhile. */
export const GRANT_ALIVE = `g.revoked_at IS NULL AND g.expires_at > now() AND u.disabled_at IS NULL
  AND k.trust_state <> 'suspended'`;

/** Why nothing may be issued from a grant any more, as a reason for the log; `undefined` when it lives. */
export function deadReason(state: GrantState, now = Date.now()): string | undefined {
  if (state.revoked_at) return 'grant_ended';
  if (state.user_disabled_at) return 'user_disabled';
  if (state.client_trust_state === 'suspended') return 'client_suspended';
  if (state.grant_expires_at.getTime() <= now) return 'grant_expired';
  return undefined;
}
