import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { SessionView } from '../sessions/index.js';
import { PageOf } from './paging.js';
import { ID, TEXT, TEXTS, TIME } from './response-fields.js';

/** A browser in which somebody is or was signed in. */
export class SessionResponse {
  @ApiProperty(ID) id!: string;
  @ApiProperty(ID) user_id!: string;
  @ApiProperty(TIME) created_at!: Date;
  @ApiProperty(TIME) last_seen_at!: Date;
  @ApiProperty(TIME) expires_at!: Date;
  @ApiProperty({ description: 'Authentication context class' }) acr!: string;
  @ApiProperty({ ...TEXTS, description: 'Authentication methods (RFC 8176)' })
  amr!: readonly string[];
  @ApiPropertyOptional({ ...TEXT, description: 'Identity provider; absent after a local sign-in' }) idp?:
    string | undefined;
  @ApiPropertyOptional(TEXT) ip?: string | undefined;
  @ApiPropertyOptional(TEXT) user_agent?: string | undefined;
  @ApiPropertyOptional(TIME) ended_at?: Date | undefined;
  @ApiPropertyOptional(TEXT) end_reason?: string | undefined;

  static of(this: void, session: SessionView): SessionResponse {
    return {
      id: session.id,
      user_id: session.userId,
      created_at: session.createdAt,
      last_seen_at: session.lastSeenAt,
      expires_at: session.expiresAt,
      acr: session.acr,
      amr: session.amr,
      idp: session.idp,
      ip: session.ip,
      user_agent: session.userAgent,
      ended_at: session.endedAt,
      end_reason: session.endReason,
    };
  }
}

export class SessionPage extends PageOf(SessionResponse) {}
