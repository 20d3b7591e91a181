import { Injectable } from '@nestjs/common';
import { AuditLog, insertAudit, type AuditFact } from '../../audit/index.js';
import type { Client } from '../clients/client.entity.js';
import type { Issued } from './token-issuer.js';

export interface IssuedFor {
  readonly grantId?: string;
  readonly userId?: string;
  readonly client: Client;
  readonly resource: string;
  readonly kid: string;
}

/** What runs statements: a transaction, or the data source for a statement that is one by itself. */
interface Runner {
  query(statement: string, parameters: unknown[]): Promise<unknown>;
}

/** An issue, as it is remembered and audited. */
export interface Issue {
  readonly issued: Issued;
  readonly of: IssuedFor;
  readonly grantType: string;
}

/** Parameters of the issue itself; a statement's own ones are numbered from here on. */
export const OWN = 14;

const REMEMBER = `
WITH access AS (
  INSERT INTO access_tokens (jti, grant_id, user_id, client_id, resource, scopes, kid, rev, issued_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now(), to_timestamp($9))),
refresh AS (
  INSERT INTO refresh_tokens (id, digest, grant_id, created_at, expires_at)
  SELECT $10::uuid, $11::bytea, $2::uuid, now(), $12::timestamptz WHERE $10::uuid IS NOT NULL),
audited AS (${insertAudit('$13')})`;

/** A statement that remembers an issue, audits it, and does `change` (from a comma or a final statement on). */
export const issueStatement = (change: string): string => `${REMEMBER}${change}`;

/** Remembers what was issued: the metadata of the access token, the digest of the refresh token, the audit event. */
@Injectable()
export class StoredTokens {
  constructor(private readonly audit: AuditLog) {}

  /** One round trip. `statement` is made by `issueStatement`; `own` are its parameters from `$14` on. */
  async remember(runner: Runner, statement: string, issue: Issue, own: readonly unknown[]): Promise<void> {
    const { issued, of } = issue;
    const { rows, recorded } = this.audit.prepare(factOf(issue));
    await runner.query(statement, [
      issued.accessToken.jti,
      of.grantId ?? null,
      of.userId ?? null,
      of.client.id,
      of.resource,
      issued.tokens.scope.split(' '),
      of.kid,
      issued.accessToken.rev,
      issued.accessToken.exp,
      issued.refresh?.id ?? null,
      issued.refresh?.digest ?? null,
      issued.refresh?.expiresAt ?? null,
      rows,
      ...own,
    ]);
    recorded();
  }
}

function factOf({ issued, of, grantType }: Issue): AuditFact {
  return {
    type: grantType === 'refresh_token' ? 'token.refreshed' : 'token.issued',
    ...(of.userId && { userId: of.userId }),
    clientId: of.client.id,
    ...(of.grantId && { grantId: of.grantId }),
    token: {
      jti: issued.accessToken.jti,
      kind: 'access',
      scopes: issued.tokens.scope.split(' '),
      aud: of.resource,
      exp: issued.accessToken.exp,
      kid: of.kid,
      rev: issued.accessToken.rev,
    },
    details: { grant_type: grantType, refresh_token: issued.refresh !== undefined },
  };
}
