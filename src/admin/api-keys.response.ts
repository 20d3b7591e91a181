import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ApiKeyView } from '../oauth/index.js';
import { PageOf } from './paging.js';
import { ID, TEXT, TEXTS, TIME } from './response-fields.js';

/** What is known of an API key, never the key. */
export class ApiKeyResponse {
  @ApiProperty({ ...ID, description: 'The `jti` of calls with it' }) id!: string;
  @ApiProperty(TEXT) name!: string;
  @ApiProperty({ description: 'Neither revoked nor expired' }) active!: boolean;
  @ApiPropertyOptional({ ...ID, description: 'Whose it is; absent for a service' }) user_id?:
    string | undefined;
  @ApiPropertyOptional(TEXT) user_email?: string | undefined;
  @ApiPropertyOptional({ ...TEXT, description: 'Whose it is; absent for a person' }) client_id?:
    string | undefined;
  @ApiPropertyOptional(TEXT) client_name?: string | undefined;
  @ApiProperty({ description: 'Resource indicator (RFC 8707)' }) resource!: string;
  @ApiProperty({ ...TEXTS, description: 'What it may do at most; of these, what its owner may do' })
  scopes!: readonly string[];
  @ApiProperty(TIME) created_at!: Date;
  @ApiProperty({ ...TEXT, description: 'The person or client that made it' }) created_by!: string;
  @ApiProperty({ ...TIME, description: 'When its present secret was made' }) issued_at!: Date;
  @ApiProperty(TIME) expires_at!: Date;
  @ApiPropertyOptional({ ...TIME, description: 'To the minute' }) last_used_at?: Date | undefined;
  @ApiPropertyOptional(TEXT) last_used_ip?: string | undefined;
  @ApiPropertyOptional(TIME) revoked_at?: Date | undefined;
  @ApiPropertyOptional(TEXT) revoked_reason?: string | undefined;

  static of(this: void, key: ApiKeyView): ApiKeyResponse {
    return {
      id: key.id,
      name: key.name,
      active: !key.revokedAt && key.expiresAt.getTime() > Date.now(),
      user_id: key.userId,
      user_email: key.userEmail,
      client_id: key.clientId,
      client_name: key.clientName,
      resource: key.resource,
      scopes: key.scopes,
      created_at: key.createdAt,
      created_by: key.createdBy,
      issued_at: key.issuedAt,
      expires_at: key.expiresAt,
      last_used_at: key.lastUsedAt,
      last_used_ip: key.lastUsedIp,
      revoked_at: key.revokedAt,
      revoked_reason: key.revokedReason,
    };
  }
}

export class NewApiKeyResponse extends ApiKeyResponse {
  @ApiProperty({ ...TEXT, description: 'Shown this once' }) api_key!: string;
}

export class ApiKeyPage extends PageOf(ApiKeyResponse) {}
