import { Injectable } from '@nestjs/common';
import { AuditLog, insertAudit, type AuditFact, type Json } from '../../audit/index.js';
import type { Issued } from './token-issuer.js';

/** An issue, as it is remembered and audited. */
export interface Issue {
  readonly issued: Issued;
  readonly grantType: string;
  readonly clientId: string;
  readonly resource: string;
  readonly grantId?: string;
  readonly userId?: string;
  /** The token it was exchanged for (RFC 8693). */
  readonly parentJti?: string;
  readonly details?: { readonly [name: string]: Json };
  /** What else happens with it, told before it. */
  readonly facts?: readonly AuditFact[];
}

/** What runs statements: a transaction, or the data source for a statement that is one by itself. */
interface Runner {
  query(statement: string, parameters: unknown[]): Promise<unknown>;
}

/** A statement's own parameters are numbered from here on. */
export const OWN = 19;

/** The issue's own parameters, `$1` to `$18`. */
const REMEMBER = `
access AS (
  INSERT INTO access_tokens (jti, grant_id, user_id, client_id, resource, scopes, kid, rev, issued_at, expires_at,
    digest, subject, parent_jti, jkt, claims)
  SELECT $1::uuid, $2::uuid, $3::uuid, $4, $5, $6::text[], $7, $8::bigint, now(), to_timestamp($9),
    $10::bytea, $11, $12::uuid, $13, $14::jsonb FROM alive),
refresh AS (
  INSERT INTO refresh_tokens (id, digest, grant_id, created_at, expires_at)
  SELECT $15::uuid, $16::bytea, $2::uuid, now(), $17::timestamptz FROM alive WHERE $15::uuid IS NOT NULL),
${insertAudit('$18', 'EXISTS (SELECT 1 FROM alive)')}`;

/**
 * A statement that looks once more whether what the token comes from is alive, and only then remembers and audits the
 * issue and makes the changes that belong to it: one round trip, no transaction around it.
 *
 * `alive` is a query with one row, locked where others write it, or none; `changes` are CTEs that read from `alive`.
 */
export const issueStatement = (alive: string, ...changes: readonly string[]): string =>
  `WITH alive AS (${alive}),${[REMEMBER, ...changes].join(',\n')}\nSELECT 1 FROM alive`;

/** Remembers what was issued: the metadata of the access token, the digest of the refresh token, the audit event. */
@Injectable()
export class StoredTokens {
  constructor(private readonly audit: AuditLog) {}

  /**
   * `statement` is made by `issueStatement`; `own` are its parameters from `$19` on. False when what the token comes
   * from was spent or ended meanwhile: then nothing was written, and the token must not be given out.
   */
  async remember(
    runner: Runner,
    statement: string,
    issue: Issue,
    own: readonly unknown[] = [],
  ): Promise<boolean> {
    const { access, refresh, tokens } = issue.issued;
    const { rows, recorded } = await this.audit.prepare(runner, ...(issue.facts ?? []), factOf(issue));
    const alive = (await runner.query(statement, [
      access.jti,
      issue.grantId ?? null,
      issue.userId ?? null,
      issue.clientId,
      issue.resource,
      tokens.scope.split(' '),
      access.kid,
      access.rev,
      access.exp,
      access.opaque?.digest ?? null,
      access.subject ?? null,
      issue.parentJti ?? null,
      access.jkt ?? null,
      access.opaque ? JSON.stringify(access.opaque.claims) : null,
      refresh?.id ?? null,
      refresh?.digest ?? null,
      refresh?.expiresAt ?? null,
      rows,
      ...own,
    ])) as unknown[];
    if (alive.length === 0) return false;
    recorded();
    return true;
  }
}

function factOf({ issued, grantType, details, ...of }: Issue): AuditFact {
  const { access, tokens, refresh } = issued;
  return {
    type: grantType === 'refresh_token' ? 'token.refreshed' : 'token.issued',
    ...(of.userId && { userId: of.userId }),
    clientId: of.clientId,
    ...(of.grantId && { grantId: of.grantId }),
    token: {
      jti: access.jti,
      kind: 'access',
      scopes: tokens.scope.split(' '),
      aud: of.resource,
      exp: access.exp,
      kid: access.kid,
      rev: access.rev,
    },
    details: {
      grant_type: grantType,
      refresh_token: refresh !== undefined,
      ...(access.jkt && { sender_constrained: 'dpop' }),
      ...details,
    },
  };
}
