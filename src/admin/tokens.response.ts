import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { AccessTokenView } from '../oauth/index.js';
import { PageOf } from './paging.js';
import { ID, TEXT, TEXTS, TIME } from './response-fields.js';

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

export class TokenPage extends PageOf(TokenResponse) {}
