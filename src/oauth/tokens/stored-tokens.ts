import type { EntityManager } from 'typeorm';
import type { AuditFact } from '../../audit/index.js';
import type { Client } from '../clients/client.entity.js';
import type { Issued } from './token-issuer.js';

export interface IssuedFor {
  readonly grantId?: string;
  readonly userId?: string;
  readonly client: Client;
  readonly resource: string;
  readonly kid: string;
}

/** Remembers what was issued: the access token's metadata and, if there is one, the refresh token's digest. */
export async function storeIssued(tx: EntityManager, issued: Issued, of: IssuedFor): Promise<void> {
  const { accessToken, refresh, tokens } = issued;
  await tx.query(
    `WITH issued AS (
       INSERT INTO access_tokens (jti, grant_id, user_id, client_id, resource, scopes, kid, rev, issued_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now(), to_timestamp($9)))
     INSERT INTO refresh_tokens (id, digest, grant_id, created_at, expires_at)
     SELECT $10::uuid, $11::bytea, $2::uuid, now(), $12::timestamptz WHERE $10::uuid IS NOT NULL`,
    [
      accessToken.jti,
      of.grantId ?? null,
      of.userId ?? null,
      of.client.id,
      of.resource,
      tokens.scope.split(' '),
      of.kid,
      accessToken.rev,
      accessToken.exp,
      refresh?.id ?? null,
      refresh?.digest ?? null,
      refresh?.expiresAt ?? null,
    ],
  );
}

/** The audit fact of an issue. */
export function issuedFact(
  type: 'token.issued' | 'token.refreshed',
  issued: Issued,
  grantType: string,
  of: IssuedFor,
): AuditFact {
  return {
    type,
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
