import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, Matches } from 'class-validator';
import { AUDIENCES } from '../oauth/index.js';
import { OptionalText, plainText, Text } from './fields.js';
import { MAX_CLIENT_ID } from './ids.js';
import { PageRequest } from './paging.js';

export class PreConsentsRequest extends PageRequest {
  @OptionalText('Of this client', MAX_CLIENT_ID) client_id?: string;
}

const AUDIENCE = new RegExp(`^(?:${AUDIENCES.join('|')}|group:[^\\u0000-\\u001f\\u007f]{1,200})$`);

/** What people of an audience are not asked for. */
export class NewPreConsentRequest {
  @Text('Which client may have it', MAX_CLIENT_ID) client_id!: string;

  @Matches(AUDIENCE, {
    message: `audience must be ${AUDIENCES.join(', ')}, or group: and the name of a group`,
  })
  @ApiProperty({
    type: String,
    pattern: AUDIENCE.source,
    description: 'Who is not asked: everybody, or the people of a role or a group',
  })
  audience!: string;

  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(100)
  @plainText(128, true)
  @ApiProperty({ type: String, isArray: true, minItems: 1, maxItems: 100 })
  scopes!: string[];

  @OptionalText('RFC 8707 resource; without it the MCP server', 2_048) resource?: string;
}
