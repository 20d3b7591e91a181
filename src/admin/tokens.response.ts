import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { AccessTokenView, FoundToken } from '../oauth/index.js';
import { PageOf } from './paging.js';
import { COUNT, ID, TEXT, TEXTS, TIME } from './response-fields.js';

/** What is known of an access token, never the token. */
export class TokenResponse {
  @ApiProperty(ID) jti!: string;
  @ApiPropertyOptional({ ...ID, description: 'Absent when a client acts for itself' }) grant_id?:
    string | undefined;
  @ApiPropertyOptional({ ...ID, description: 'Absent when a client acts for itself' }) user_id?:
    string | undefined;
  @ApiProperty(TEXT) client_id!: string;
  @ApiProperty({ description: 'Resource indicator (RFC 8707)' }) resource!: string;
  @ApiProperty(TEXTS) scopes!: readonly string[];
  @ApiProperty({ description: 'The key it was signed with' }) kid!: string;
  @ApiProperty(TIME) issued_at!: Date;
  @ApiProperty(TIME) expires_at!: Date;
  @ApiPropertyOptional(TIME) revoked_at?: Date | undefined;

  static of(this: void, token: AccessTokenView): TokenResponse {
    return {
      jti: token.jti,
      grant_id: token.grantId,
      user_id: token.userId,
      client_id: token.clientId,
      resource: token.resource,
      scopes: token.scopes,
      kid: token.kid,
      issued_at: token.issuedAt,
      expires_at: token.expiresAt,
      revoked_at: token.revokedAt,
    };
  }
}

/** The row of the revocation ledger that ended it. */
export class LedgerEntryResponse {
  @ApiProperty(COUNT) seq!: number;
  @ApiProperty({ enum: ['user', 'client', 'grant', 'session', 'jti', 'kid', 'all'] }) kind!: string;
  @ApiProperty(TEXT) key!: string;
  @ApiProperty(TIME) at!: Date;
  @ApiPropertyOptional(TEXT) reason?: string;
}

/** What a token is that somebody holds, never the token. */
export class FoundTokenResponse {
  @ApiProperty({ enum: ['access', 'refresh', 'api_key'] }) kind!: string;
  @ApiProperty() alive!: boolean;
  @ApiPropertyOptional({ enum: ['expired', 'revoked', 'rotated'], description: 'Why it is not alive' })
  over?: string | undefined;
  @ApiPropertyOptional(ID) jti?: string | undefined;
  @ApiPropertyOptional(TEXT) kid?: string | undefined;
  @ApiProperty(TEXT) client_id!: string;
  @ApiPropertyOptional(ID) user_id?: string | undefined;
  @ApiPropertyOptional(ID) grant_id?: string | undefined;
  @ApiPropertyOptional(ID) session_id?: string | undefined;
  @ApiProperty(TEXT) resource!: string;
  @ApiProperty(TEXTS) scopes!: readonly string[];
  @ApiProperty(TIME) issued_at!: Date;
  @ApiProperty(TIME) expires_at!: Date;
  @ApiPropertyOptional({ type: LedgerEntryResponse }) ended_by?: LedgerEntryResponse | undefined;

  static of(this: void, token: FoundToken): FoundTokenResponse {
    return {
      kind: token.kind,
      alive: token.alive,
      over: token.over,
      jti: token.jti,
      kid: token.kid,
      client_id: token.clientId,
      user_id: token.userId,
      grant_id: token.grantId,
      session_id: token.sessionId,
      resource: token.resource,
      scopes: token.scopes,
      issued_at: token.issuedAt,
      expires_at: token.expiresAt,
      ended_by: token.endedBy,
    };
  }
}

export class TokenPage extends PageOf(TokenResponse) {}
