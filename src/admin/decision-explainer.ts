import { Injectable } from '@nestjs/common';
import type { AuditEventBody } from '../audit/index.js';
import { ROLES } from '../config/index.js';
import { ScopeCatalogue } from '../oauth/index.js';
import { RevocationLedger, type LedgerEntry } from '../revocation/index.js';
import { explanationOf } from './decision-reasons.js';
import { rulesOf } from './decision-rules.js';
import type { DecisionResponse } from './decisions.response.js';
import { given } from './paging.js';

/** Puts a recorded decision into words. */
@Injectable()
export class DecisionExplainer {
  constructor(
    private readonly catalogue: ScopeCatalogue,
    private readonly ledger: RevocationLedger,
  ) {}

  async explain(event: AuditEventBody): Promise<DecisionResponse> {
    const { result, reason_code: reason, http_status } = event.outcome;
    const { required, granted, missing } = (event.authz ?? {}) as Partial<Record<string, string[]>>;
    const { user_id, client_id, grant_id, session_id } = event;
    return {
      id: event.event_id,
      type: event.type,
      time: event.time,
      result,
      actor: event.actor,
      ...explanationOf(result, reason),
      ...given({ reason, http_status, required, granted, missing }),
      ...given({ user_id, client_id, grant_id, session_id, tool: event.tool?.name }),
      ...rulesOf(event),
      ...given({ roles: missing && this.rolesFor(missing), request: requestOf(event) }),
      ...given({ ended_by: reason === 'revoked' ? await this.endedBy(event) : undefined }),
    };
  }

  /** Scopes of administration come with a role; others are only the person's to allow. */
  private rolesFor(missing: readonly string[]): string[] | undefined {
    const admin = missing.filter((scope) => this.catalogue.get(scope)?.resource === 'admin');
    if (admin.length === 0) return undefined;
    return ROLES.filter(
      (role) => this.catalogue.missing(this.catalogue.administration(role), admin).length === 0,
    );
  }

  private endedBy(event: AuditEventBody): Promise<LedgerEntry | undefined> {
    const { user_id: userId, client_id: clientId = '', grant_id: grantId, session_id: sessionId } = event;
    const { jti, kid } = (event.token ?? {}) as { jti?: string; kid?: string };
    const handles = {
      clientId,
      jti: jti ?? '',
      kid: kid ?? '',
      rev: 0,
      ...given({ userId, grantId, sessionId }),
    };
    return this.ledger.newestEnding(handles, new Date(event.time));
  }
}

function requestOf({ request }: AuditEventBody): string | undefined {
  const { method, route } = request ?? {};
  return typeof method === 'string' && typeof route === 'string' ? `${method} ${route}` : undefined;
}
