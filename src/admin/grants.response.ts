import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { GrantView } from '../oauth/index.js';
import { PageOf } from './paging.js';
import { ID, TEXT, TEXTS, TIME } from './response-fields.js';

/** What one user allowed one installation of one client to do. */
export class GrantResponse {
  @ApiProperty(ID) id!: string;
  @ApiProperty({ description: 'Neither revoked nor expired' }) active!: boolean;
  @ApiProperty(ID) user_id!: string;
  @ApiProperty(TEXT) user_email!: string;
  @ApiProperty(TEXT) client_id!: string;
  @ApiProperty(TEXT) client_name!: string;
  @ApiPropertyOptional(ID) session_id?: string | undefined;
  @ApiProperty({ description: 'Resource indicator (RFC 8707)' }) resource!: string;
  @ApiProperty(TEXTS) scopes!: readonly string[];
  @ApiProperty(TIME) created_at!: Date;
  @ApiProperty(TIME) expires_at!: Date;
  @ApiPropertyOptional(TIME) last_used_at?: Date | undefined;
  @ApiPropertyOptional(TEXT) last_used_ip?: string | undefined;
  @ApiPropertyOptional(TIME) revoked_at?: Date | undefined;
  @ApiPropertyOptional(TEXT) revoked_reason?: string | undefined;

  static of(this: void, grant: GrantView): GrantResponse {
    return {
      id: grant.id,
      active: !grant.revokedAt && grant.expiresAt.getTime() > Date.now(),
      user_id: grant.userId,
      user_email: grant.userEmail,
      client_id: grant.clientId,
      client_name: grant.clientName,
      session_id: grant.sessionId,
      resource: grant.resource,
      scopes: grant.scopes,
      created_at: grant.createdAt,
      expires_at: grant.expiresAt,
      last_used_at: grant.lastUsedAt,
      last_used_ip: grant.lastUsedIp,
      revoked_at: grant.revokedAt,
      revoked_reason: grant.revokedReason,
    };
  }
}

export class GrantPage extends PageOf(GrantResponse) {}
