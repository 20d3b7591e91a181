import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { RevocationLedger } from '../revocation/index.js';
import { SessionEnds } from './session-ends.js';

/** Sessions as the identity provider that vouched for them knows them; one of the two names is needed. */
export interface UpstreamLogout {
  /** Id of the provider here. */
  readonly provider: string;
  /** The provider's name for the person. */
  readonly subject?: string;
  /** The provider's names for its own sessions (OpenID Connect `sid`, SAML `SessionIndex`); absent: all of the person. */
  readonly sessions?: readonly string[];
  /** Id of a session here that goes on. */
  readonly except?: string;
}

/** A session that matched; `living` until now. */
export interface UpstreamSession {
  readonly id: string;
  readonly userId: string;
  readonly living: boolean;
}

const END = `
WITH matching AS (
  SELECT id, user_id, ended_at IS NULL AS living FROM sessions
  WHERE idp = $1 AND ($2::text IS NULL OR idp_subject = $2) AND ($3::text[] IS NULL OR idp_session = ANY($3))
    AND ($2::text IS NOT NULL OR $3::text[] IS NOT NULL) AND id IS DISTINCT FROM $5::uuid
  ORDER BY id FOR UPDATE),
ended AS (
  UPDATE sessions s SET ended_at = now(), end_reason = $4 FROM matching m WHERE m.id = s.id AND m.living)
SELECT id, user_id AS "userId", living FROM matching`;

/** Ends sessions because the provider that vouched for them says that they are over. */
@Injectable()
export class UpstreamSessions {
  constructor(
    private readonly ends: SessionEnds,
    private readonly ledger: RevocationLedger,
  ) {}

  /**
   * Ends the living sessions that match and everything that was allowed in them, or in a matching one that was over
   * before: a person who leaves is out, whatever they signed out of themselves.
   */
  async end(tx: EntityManager, logout: UpstreamLogout, reason: string): Promise<readonly UpstreamSession[]> {
    const { provider, subject = null, sessions = null, except = null } = logout;
    const found = await tx.query<UpstreamSession[]>(END, [provider, subject, sessions, reason, except]);
    const idsOf = (living: boolean) => found.filter((one) => one.living === living).map(({ id }) => id);
    await this.ends.tell(tx, idsOf(true), {
      takes: 'everything',
      by: { actor: { type: 'system', id: `sso:${provider}` }, reason },
      others: idsOf(false),
    });
    return found;
  }

  /** After the commit: here it bites before the provider is answered, elsewhere within moments. */
  applied(): Promise<void> {
    return this.ledger.catchUp();
  }
}
