import { Injectable } from '@nestjs/common';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import { AccessToken } from './access-token.entity.js';

/** Metadata of an access token; the token itself is stored nowhere. */
export interface AccessTokenView {
  readonly jti: string;
  readonly grantId?: string;
  readonly userId?: string;
  readonly clientId: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly kid: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt?: Date;
}

export interface AccessTokenQuery {
  readonly userId?: string;
  readonly clientId?: string;
  readonly grantId?: string;
  /** Only those that are neither expired nor ended, alone or with their grant; or only the others. */
  readonly active?: boolean;
  readonly limit: number;
  /** `jti` of the last token of the page before. */
  readonly cursor?: string;
}

const ALIVE = `(t.expires_at > now() AND t.revoked_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM grants g WHERE g.id = t.grant_id AND g.revoked_at IS NOT NULL))`;

@Injectable()
export class AccessTokens {
  constructor(private readonly dataSource: DataSource) {}

  async find(jti: string): Promise<AccessTokenView | undefined> {
    const token = await this.dataSource.getRepository(AccessToken).findOneBy({ jti });
    return token ? viewOf(token) : undefined;
  }

  async list(query: AccessTokenQuery): Promise<{ items: AccessTokenView[]; next?: string }> {
    const select = this.dataSource.getRepository(AccessToken).createQueryBuilder('t');
    filter(select, query);
    const tokens = await select
      .orderBy('t.issued_at', 'DESC')
      .addOrderBy('t.jti', 'DESC')
      .limit(query.limit + 1)
      .getMany();
    const items = tokens.slice(0, query.limit).map(viewOf);
    return { items, ...(tokens.length > query.limit && { next: items.at(-1)!.jti }) };
  }
}

function filter(select: SelectQueryBuilder<AccessToken>, query: AccessTokenQuery): void {
  const { userId, clientId, grantId, active, cursor } = query;
  if (userId) select.andWhere('t.user_id = :userId', { userId });
  if (clientId) select.andWhere('t.client_id = :clientId', { clientId });
  if (grantId) select.andWhere('t.grant_id = :grantId', { grantId });
  if (active !== undefined) select.andWhere(`${active ? '' : 'NOT '}${ALIVE}`);
  if (cursor) {
    select.andWhere(
      '(t.issued_at, t.jti) < (SELECT k.issued_at, k.jti FROM access_tokens k WHERE k.jti = :cursor)',
      { cursor },
    );
  }
}

function viewOf(token: AccessToken): AccessTokenView {
  return {
    jti: token.jti,
    ...(token.grantId && { grantId: token.grantId }),
    ...(token.userId && { userId: token.userId }),
    clientId: token.clientId,
    resource: token.resource,
    scopes: token.scopes,
    kid: token.kid,
    issuedAt: token.issuedAt,
    expiresAt: token.expiresAt,
    ...(token.revokedAt && { revokedAt: token.revokedAt }),
  };
}
