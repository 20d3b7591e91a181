import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { AuditEventBody } from '../audit/index.js';
import { PageOf } from './paging.js';
import { COUNT, ID, TEXT, TIME } from './response-fields.js';

const open = { type: 'object', additionalProperties: true } as const;

/** An audit event as it is stored. */
export class AuditEventResponse implements AuditEventBody {
  @ApiProperty({ ...ID, description: 'UUIDv7: later events have greater ids' }) event_id!: string;
  @ApiProperty(TEXT) type!: string;
  @ApiProperty({ type: 'integer' }) schema_version!: number;
  @ApiProperty({ ...COUNT, description: 'OCSF class' }) class_uid!: number;
  @ApiPropertyOptional({ ...COUNT, description: 'OCSF activity' }) activity_id?: number;
  @ApiProperty(TIME) time!: string;
  @ApiProperty({ enum: ['info', 'low', 'medium', 'high', 'critical'] }) severity!: string;
  @ApiProperty(open) outcome!: AuditEventBody['outcome'];
  @ApiProperty(open) actor!: AuditEventBody['actor'];
  @ApiPropertyOptional(open) request?: NonNullable<AuditEventBody['request']>;
  @ApiPropertyOptional(TEXT) user_id?: string;
  @ApiPropertyOptional(TEXT) client_id?: string;
  @ApiPropertyOptional(TEXT) grant_id?: string;
  @ApiPropertyOptional(TEXT) session_id?: string;
  @ApiPropertyOptional(open) token?: NonNullable<AuditEventBody['token']>;
  @ApiPropertyOptional(open) tool?: NonNullable<AuditEventBody['tool']>;
  @ApiPropertyOptional(open) authz?: NonNullable<AuditEventBody['authz']>;
  @ApiPropertyOptional({ type: 'array', items: open }) targets?: NonNullable<AuditEventBody['targets']>;
  @ApiPropertyOptional(open) timing?: NonNullable<AuditEventBody['timing']>;
  @ApiPropertyOptional({ ...open, description: 'RFC 6902 patch, and hashes of what was and what is' })
  change?: NonNullable<AuditEventBody['change']>;
  @ApiPropertyOptional(TEXT) reason?: string;
  @ApiPropertyOptional(TEXT) ticket?: string;
  @ApiPropertyOptional(open) details?: NonNullable<AuditEventBody['details']>;
  @ApiPropertyOptional({
    ...open,
    description: 'What of it is sealed: digest of the ciphertext, key, and members',
  })
  privacy?: NonNullable<AuditEventBody['privacy']>;
}

export class AuditEventPage extends PageOf(AuditEventResponse) {}
