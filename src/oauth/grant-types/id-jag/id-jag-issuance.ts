import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { DataSource } from 'typeorm';
import { currentAudit, identify, type AuditFact } from '../../../audit/index.js';
import { groupNamesOf } from '../../../users/index.js';
import type { Client } from '../../clients/client.entity.js';
import { noteUse } from '../../clients/client-use.js';
import { ScopePolicy } from '../../scope-policy.js';
import type { Authority } from '../../scope-rules.js';
import type { Holder } from '../../tokens/access-token-maker.js';
import { issueStatement, StoredTokens, type Issue } from '../../tokens/stored-tokens.js';
import { TokenIssuer } from '../../tokens/token-issuer.js';
import type { TokenSet } from '../../tokens/token-set.js';
import type { TokenRequest } from '../grant-type.js';
import { JWT_BEARER } from '../names.js';
import { notAccepted, type Verified } from './assertions.js';
import type { Decided } from './id-jag-decision.js';

/** `grants.origin`, and what is known of how the person was authenticated: their issuer says that they were. */
const ORIGIN = 'jwt_bearer';
const ACR = 'urn:gatehouse:acr:id-jag';

/**
 * The grant that a further assertion for the same hangs its token on, what the person is, and the ledger's position of
 * the same snapshot.
 */
const FIND = `
SELECT (SELECT g.id FROM grants g WHERE g.user_id = $1 AND g.client_id = $2 AND g.resource = $3 AND g.scopes @> $4::text[] AND g.scopes <@ $4::text[]
    AND g.origin = '${ORIGIN}' AND g.revoked_at IS NULL AND g.expires_at > now()
    ORDER BY g.created_at DESC LIMIT 1) AS grant_id,
  u.roles, (${groupNamesOf('u')}) AS groups, (SELECT coalesce(max(seq), 0) FROM revocations) AS rev
FROM users u WHERE u.id = $1`;

/** The person is held until this commits: what disables them then sees the grant. An ended grant is never revived. */
const ISSUE = issueStatement(
  `INSERT INTO grants AS g (id, user_id, client_id, resource, scopes, auth_time, acr, amr, created_at, activated_at,
     expires_at, last_used_at, last_used_ip, origin)
   SELECT $2::uuid, u.id, k.id, $5, $6::text[], $19::timestamptz, $20, $21::text[], now(), now(),
     to_timestamp($9) + interval '1 second', now(), $22, '${ORIGIN}'
   FROM users u JOIN clients k ON k.id = $4
   WHERE u.id = $3::uuid AND u.disabled_at IS NULL AND k.trust_state <> 'suspended' FOR SHARE OF u FOR KEY SHARE OF k
   ON CONFLICT (id) DO UPDATE SET expires_at = greatest(g.expires_at, excluded.expires_at),
     auth_time = excluded.auth_time, amr = excluded.amr, last_used_at = now(), last_used_ip = excluded.last_used_ip
   WHERE g.revoked_at IS NULL
   RETURNING g.id`,
);

interface Base {
  readonly grantId: string;
  /** Whether the grant is opened with this token. */
  readonly opens: boolean;
  readonly person: Authority;
  readonly rev: number;
}

/** Gives the token of an assertion, on a grant that lives as long as its last token. */
@Injectable()
export class IdJagIssuance {
  constructor(
    private readonly dataSource: DataSource,
    private readonly issuer: TokenIssuer,
    private readonly stored: StoredTokens,
    private readonly policy: ScopePolicy,
  ) {}

  /** @throws OAuthError invalid_grant when the person or the client ended meanwhile */
  async issue(request: TokenRequest, verified: Verified, decided: Decided): Promise<TokenSet> {
    const attempt = async () => this.attempt(request, verified, decided);
    // The grant may end between the look and the write; then another one is opened.
    const tokens = (await attempt()) ?? (await attempt());
    if (!tokens) throw notAccepted('person_or_client_ended_meanwhile');
    await noteUse(this.dataSource, request.client);
    return tokens;
  }

  private async attempt(
    { client, jkt }: TokenRequest,
    verified: Verified,
    decided: Decided,
  ): Promise<TokenSet | undefined> {
    const { resource, scopes } = decided;
    const base = await this.base(client, decided);
    const issued = await this.issuer.alone({
      client,
      resource,
      scopes,
      rev: base.rev,
      holder: holderOf(base, verified, decided),
      ...(jkt && { jkt }),
    });
    const { authTime, amr } = verified.jag;
    const own = [authTime, ACR, amr, currentAudit()?.ip ?? null];
    const issue = { issued, ...issueOf(client, base, verified, decided) };
    return (await this.stored.remember(this.dataSource, ISSUE, issue, own)) ? issued.tokens : undefined;
  }

  /** @throws OAuthError invalid_grant when the person may no longer grant what was decided */
  private async base(client: Client, { asserted, resource, scopes }: Decided): Promise<Base> {
    const [found] = await this.dataSource.query<(Authority & { grant_id: string | null; rev: string })[]>(
      FIND,
      [asserted.account.id, client.id, resource.id, scopes],
    );
    if (!found) throw notAccepted('person_or_client_ended_meanwhile');
    const { grant_id, rev, ...person } = found;
    const allowed = this.policy.stillAllowed(scopes, { client, person, resource: resource.id });
    if (allowed.length < scopes.length) throw notAccepted('rights_ended_meanwhile');
    const grantId = grant_id ?? uuidv7();
    identify({ grantId });
    return { grantId, opens: grant_id === null, rev: Number(rev), person };
  }
}

function holderOf({ grantId, person }: Base, { jag }: Verified, { asserted: { account } }: Decided): Holder {
  const { id, email, emailVerified, name = null } = account;
  const how = { sessionId: null, authTime: jag.authTime, acr: ACR, amr: jag.amr };
  return { id, email, emailVerified, ...person, name, grantId, ...how };
}

function issueOf(
  client: Client,
  { grantId, opens }: Base,
  { section, jag }: Verified,
  { asserted, resource, scopes }: Decided,
): Omit<Issue, 'issued'> {
  const who = { userId: asserted.account.id, clientId: client.id, grantId };
  const details = { issuer: section.issuer, assertion_jti: jag.jti, subject: jag.subject };
  const opened: AuditFact = {
    type: 'grant.opened',
    ...who,
    authz: { granted: scopes },
    details: { resource: resource.id, consent: 'issuer', ...details },
  };
  return { ...who, grantType: JWT_BEARER, resource: resource.id, details, facts: opens ? [opened] : [] };
}
