import { Injectable } from '@nestjs/common';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import { keysetPage, type KeysetPage, type KeysetQuery } from '../../database/index.js';
import { AccessToken } from './access-token.entity.js';
import { ALIVE } from './tokens-of-keys.js';

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

export interface AccessTokenQuery extends KeysetQuery {
  readonly userId?: string;
  readonly clientId?: string;
  readonly grantId?: string;
  /** Only those that are neither expired nor ended, alone or with their grant; or only the others. */
  readonly active?: boolean;
  readonly kid?: string;
  readonly scope?: string;
  readonly resource?: string;
  readonly expiresAfter?: Date;
}

const CONDITIONS = {
  userId: 't.user_id = :userId',
  clientId: 't.client_id = :clientId',
  grantId: 't.grant_id = :grantId',
  kid: 't.kid = :kid',
  scope: ':scope = ANY (t.scopes)',
  resource: 't.resource = :resource',
  expiresAfter: 't.expires_at > :expiresAfter',
} as const satisfies Partial<Record<keyof AccessTokenQuery, string>>;

@Injectable()
export class AccessTokens {
  constructor(private readonly dataSource: DataSource) {}

  async find(jti: string): Promise<AccessTokenView | undefined> {
    const token = await this.dataSource.getRepository(AccessToken).findOneBy({ jti });
    return token ? viewOf(token) : undefined;
  }

  async list(query: AccessTokenQuery): Promise<KeysetPage<AccessTokenView>> {
    const select = this.dataSource.getRepository(AccessToken).createQueryBuilder('t');
    filter(select, query);
    const first = { column: 't.issued_at', table: 'access_tokens', id: 'jti' };
    return keysetPage(select, { key: 't.jti', first, cursorOf: ({ jti }) => jti }, query, viewOf);
  }
}

function filter(select: SelectQueryBuilder<AccessToken>, query: AccessTokenQuery): void {
  const { active } = query;
  for (const [name, condition] of Object.entries(CONDITIONS)) {
    const value = query[name as keyof typeof CONDITIONS];
    if (value !== undefined) select.andWhere(condition, { [name]: value });
  }
  if (active !== undefined) select.andWhere(`${active ? '' : 'NOT '}${ALIVE}`);
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
