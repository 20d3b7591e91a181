import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { InitialAccessTokenView } from '../oauth/index.js';
import { PageOf } from './paging.js';
import { COUNT, ID, TEXT, TEXTS, TIME } from './response-fields.js';

/** Lets applications register themselves. */
export class InitialAccessTokenResponse {
  @ApiProperty(ID) id!: string;
  @ApiPropertyOptional(TEXT) note?: string | undefined;
  @ApiProperty({ enum: ['quarantined', 'approved'] }) trust_state!: string;
  @ApiPropertyOptional({ ...TEXTS, description: 'Absent: what policy says' })
  scopes?: readonly string[] | undefined;
  @ApiProperty(COUNT) uses!: number;
  @ApiProperty(COUNT) max_uses!: number;
  @ApiProperty(TIME) created_at!: Date;
  @ApiProperty({ ...TEXT, description: 'The person or client that made it' }) created_by!: string;
  @ApiProperty(TIME) expires_at!: Date;
  @ApiPropertyOptional(TIME) revoked_at?: Date | undefined;

  static of(this: void, token: InitialAccessTokenView): InitialAccessTokenResponse {
    return {
      id: token.id,
      note: token.note ?? undefined,
      trust_state: token.trustState,
      scopes: token.scopes ?? undefined,
      uses: token.uses,
      max_uses: token.maxUses,
      created_at: token.createdAt,
      created_by: token.createdBy,
      expires_at: token.expiresAt,
      revoked_at: token.revokedAt ?? undefined,
    };
  }
}

export class NewInitialAccessTokenResponse extends InitialAccessTokenResponse {
  @ApiProperty({ ...TEXT, description: 'Shown this once' }) token!: string;
}

export class InitialAccessTokenPage extends PageOf(InitialAccessTokenResponse) {}
