import { Injectable } from '@nestjs/common';
import { AuditLog, type AuditFact } from '../../audit/index.js';
import type { SignedIn } from '../../sessions/index.js';
import type { OAuthError } from '../oauth-error.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { GrantOpening } from './grant-opening.js';
import { refused } from './refusals.js';

export interface Allowed {
  readonly scopes: readonly string[];
  /** Said by the person just now, or remembered, or not asked for (first-party clients, an admin's approval). */
  readonly how: 'asked' | 'remembered' | 'skipped' | 'preapproved';
  /** Of the scopes, those that the person just said yes to, where an admin's approval covers the others. */
  readonly said?: readonly string[];
}

/** Completes an authorization: each one opens a grant of its own, so that installations never share a fate. */
@Injectable()
export class Authorization {
  constructor(
    private readonly grants: GrantOpening,
    private readonly audit: AuditLog,
  ) {}

  /** Returns the code, or the refusal when the session, the person or the client ended meanwhile. */
  async complete(
    request: AuthorizationRequest,
    person: SignedIn,
    allowed: Allowed,
  ): Promise<{ code: string } | { refusal: OAuthError }> {
    const code = await this.grants.open(request, person, {
      scopes: allowed.scopes,
      remember: allowed.how === 'asked' ? (allowed.said ?? allowed.scopes) : [],
      facts: (grantId) => factsOf(request, person, grantId, allowed),
    });
    if (code === undefined)
      return { refusal: refused('login_required', 'The sign-in has ended', 'session_ended') };
    return { code };
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
