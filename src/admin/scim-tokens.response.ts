import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ScimTokenView } from '../scim/index.js';
import { PageOf } from './paging.js';
import { ID, TEXT, TEXTS, TIME } from './response-fields.js';

/** Lets a directory provision people and groups. */
export class ScimTokenResponse {
  @ApiProperty(ID) id!: string;
  @ApiProperty(TEXT) note!: string;
  @ApiProperty({ ...TEXTS, description: 'E-mail domains whose addresses count as verified with it' })
  vouches_for_email!: readonly string[];
  @ApiProperty(TIME) created_at!: Date;
  @ApiProperty({ ...TEXT, description: 'The person or client that made it' }) created_by!: string;
  @ApiProperty(TIME) expires_at!: Date;
  @ApiPropertyOptional(TIME) last_used_at?: Date | undefined;
  @ApiPropertyOptional(TEXT) last_used_ip?: string | undefined;
  @ApiPropertyOptional(TIME) revoked_at?: Date | undefined;

  static of(this: void, token: ScimTokenView): ScimTokenResponse {
    return {
      id: token.id,
      note: token.note,
      vouches_for_email: token.vouchesFor,
      created_at: token.createdAt,
      created_by: token.createdBy,
      expires_at: token.expiresAt,
      last_used_at: token.lastUsedAt ?? undefined,
      last_used_ip: token.lastUsedIp ?? undefined,
      revoked_at: token.revokedAt ?? undefined,
    };
  }
}

export class NewScimTokenResponse extends ScimTokenResponse {
  @ApiProperty({ ...TEXT, description: 'Shown this once' }) token!: string;
}

export class ScimTokenPage extends PageOf(ScimTokenResponse) {}
