/** What issuing a token from a grant needs to know, read in one statement with the grant row locked. */
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
  readonly grant_expires_at: Date;
  readonly revoked_at: Date | null;
  readonly user_disabled_at: Date | null;
  /** Ledger position of the same snapshot: what is ended later is newer than the token. */
  readonly rev: string;
}

/** Columns of `GrantState`, for a statement that joins `grants g` and `users u`. */
export const GRANT_STATE = `
  g.id AS grant_id, g.user_id, g.client_id, g.session_id, g.resource, g.scopes, g.auth_time, g.acr, g.amr,
  g.expires_at AS grant_expires_at, g.revoked_at, u.disabled_at AS user_disabled_at,
  (SELECT coalesce(max(seq), 0) FROM revocations) AS rev`;

/** Why nothing may be issued from a grant any more, as a reason for the log; `undefined` when it lives. */
export function deadReason(state: GrantState, now = Date.now()): string | undefined {
  if (state.revoked_at) return 'grant_ended';
  if (state.user_disabled_at) return 'user_disabled';
  if (state.grant_expires_at.getTime() <= now) return 'grant_expired';
  return undefined;
}
