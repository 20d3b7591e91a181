import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditLog, insertAudit, type AuditFact } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { digest, newToken } from '../../sealing/index.js';
import type { SignedIn } from '../../sessions/index.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { redirectKey } from './redirect-uri.js';

/**
 * One statement, so that nothing comes between the look at the session and the grant. The session is locked against
 * being ended until this commits: what ends it then sees the grant that was opened. A client that is being deleted is
 * waited for, and then there is none.
 */
const alive = `
alive AS (
  SELECT k.id AS client_id, k.last_used_at, k.fingerprint FROM sessions s JOIN users u ON u.id = s.user_id
    JOIN clients k ON k.id = $3
  WHERE s.id = $4 AND s.user_id = $2 AND s.ended_at IS NULL AND u.disabled_at IS NULL
    AND k.trust_state <> 'suspended' FOR SHARE OF u, s FOR KEY SHARE OF k),
opened AS (
  INSERT INTO grants (id, user_id, client_id, session_id, resource, scopes, auth_time, acr, amr, created_at, expires_at)
  SELECT $1::uuid, $2::uuid, $3, $4::uuid, $5, $6::text[], $7::timestamptz, $8, $9::text[], now(), $10::timestamptz
  FROM alive),
coded AS (
  INSERT INTO authorization_codes (digest, grant_id, client_id, redirect_uri, code_challenge, nonce, jkt, created_at,
    expires_at)
  SELECT $11::bytea, $1::uuid, $3, $12, $13, $14, $15, now(), $16::timestamptz FROM alive),
renewed AS (
  UPDATE clients c SET last_used_at = now() FROM alive
  WHERE c.id = alive.client_id AND (alive.last_used_at IS NULL OR alive.last_used_at < now() - interval '1 hour')),
${insertAudit('$17', 'EXISTS (SELECT 1 FROM alive)')}`;

/**
 * Adds to what was allowed; nothing that was allowed before is forgotten by asking for less, but what was asked for and
 * left out is. What was said of a client that has become another one since does not count.
 */
const remembered = `
remembered AS (
  INSERT INTO consents (id, user_id, client_id, resource, redirect_key, scopes, created_at, updated_at,
    client_fingerprint)
  SELECT $18::uuid, $2::uuid, $3, $5, $19, $20::text[], now(), now(), alive.fingerprint FROM alive
  ON CONFLICT ON CONSTRAINT consents_user_client_resource_redirect_key DO UPDATE
  SET scopes = CASE WHEN consents.client_fingerprint IS NOT DISTINCT FROM excluded.client_fingerprint
      THEN ARRAY(SELECT s FROM unnest(consents.scopes) s WHERE s <> ALL ($21::text[]) UNION SELECT unnest(excluded.scopes))
      ELSE excluded.scopes END,
    updated_at = now(), client_fingerprint = excluded.client_fingerprint)`;

const OPEN = `WITH ${alive} SELECT 1 FROM alive`;
const OPEN_AND_REMEMBER = `WITH ${alive}, ${remembered} SELECT 1 FROM alive`;

export interface Opening {
  readonly scopes: readonly string[];
  /** What the person said yes to just now, to be remembered. */
  readonly remember: readonly string[];
  readonly facts: (grantId: string) => AuditFact[];
}

/** Writes a grant, its code, the consent and the audit events. */
@Injectable()
export class GrantOpening {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /** The code; `undefined` when the session, the person or the client ended meanwhile. */
  async open(request: AuthorizationRequest, person: SignedIn, opening: Opening): Promise<string | undefined> {
    const grantId = uuidv7();
    const code = newToken('gh_ac_');
    const { rows, recorded } = await this.audit.prepare(this.dataSource, ...opening.facts(grantId));
    const parameters = [...this.parameters(request, person, opening.scopes, { grantId, code }), rows];
    const opened = opening.remember.length
      ? await this.dataSource.query<unknown[]>(OPEN_AND_REMEMBER, [
          ...parameters,
          uuidv7(),
          redirectKey(request.redirectUri),
          opening.remember,
          request.scopes,
        ])
      : await this.dataSource.query<unknown[]>(OPEN, parameters);
    if (opened.length === 0) return undefined;
    recorded();
    return code;
  }

  private parameters(
    request: AuthorizationRequest,
    person: SignedIn,
    scopes: readonly string[],
    { grantId, code }: { grantId: string; code: string },
  ): unknown[] {
    const now = Date.now();
    const { code: codeSeconds, refreshMax } = this.config.lifetimes;
    return [
      ...[grantId, person.userId, request.client.id, person.sessionId, request.resource.id, scopes],
      ...[person.authTime, person.acr, person.amr, new Date(now + refreshMax * 1_000)],
      ...[digest(code), request.redirectUri, request.codeChallenge, request.nonce ?? null],
      ...[request.dpopJkt ?? null, new Date(now + codeSeconds * 1_000)],
    ];
  }
}
