import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog, type AuditFact } from '../../audit/index.js';
import type { SignedIn } from '../../sessions/index.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { ConsentMemory } from './consent-memory.js';
import { GrantOpening } from './grant-opening.js';
import { refused } from './refusals.js';
import type { OAuthError } from '../oauth-error.js';

export interface Allowed {
  readonly scopes: readonly string[];
  /** Said by the person just now, or remembered, or not asked for (first-party clients). */
  readonly how: 'asked' | 'remembered' | 'skipped';
}

/** Completes an authorization: each one opens a grant of its own, so that installations never share a fate. */
@Injectable()
export class Authorization {
  constructor(
    private readonly dataSource: DataSource,
    private readonly grants: GrantOpening,
    private readonly memory: ConsentMemory,
    private readonly audit: AuditLog,
  ) {}

  /** Returns the code, or the refusal when the session or the person ended meanwhile. */
  async complete(
    request: AuthorizationRequest,
    person: SignedIn,
    allowed: Allowed,
  ): Promise<{ code: string } | { refusal: OAuthError }> {
    return this.dataSource.transaction(async (tx) => {
      if (!(await isStillIn(tx, person.sessionId)))
        return { refusal: refused('login_required', 'The sign-in has ended', 'session_ended') };
      const { code, grantId } = await this.grants.open(tx, request, person, allowed.scopes);
      if (allowed.how === 'asked') await this.memory.remember(tx, person.userId, request, allowed.scopes);
      const facts = factsOf(request, person, grantId, allowed);
      await this.audit.record(tx, ...facts);
      return { code };
    });
  }

  async deny(request: AuthorizationRequest, person: SignedIn): Promise<void> {
    await this.audit.decide({
      type: 'consent.denied',
      outcome: { result: 'denied', reason: 'denied_by_person' },
      userId: person.userId,
      clientId: request.client.id,
      sessionId: person.sessionId,
      authz: { required: request.scopes },
    });
  }
}

/** Locks the session against being ended until this commits: what ends it then sees the grant that was opened. */
async function isStillIn(tx: EntityManager, sessionId: string): Promise<boolean> {
  const rows = await tx.query<unknown[]>(
    `SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id
     WHERE s.id = $1 AND s.ended_at IS NULL AND u.disabled_at IS NULL FOR SHARE OF s, u`,
    [sessionId],
  );
  return rows.length > 0;
}

function factsOf(
  request: AuthorizationRequest,
  person: SignedIn,
  grantId: string,
  { scopes, how }: Allowed,
): AuditFact[] {
  const who = { userId: person.userId, clientId: request.client.id, grantId, sessionId: person.sessionId };
  const authz = { required: request.scopes, granted: scopes };
  const opened: AuditFact = {
    type: 'grant.opened',
    ...who,
    authz,
    details: { resource: request.resource.id, consent: how },
  };
  return how === 'asked'
    ? [{ type: 'consent.granted', ...who, authz, details: { resource: request.resource.id } }, opened]
    : [opened];
}
