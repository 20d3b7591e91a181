import { ApiProperty } from '@nestjs/swagger';
import { IsEmail, MaxLength } from 'class-validator';
import type { Role } from '../config/index.js';
import { OptionalChoice, OptionalText } from './fields.js';
import { OptionalRoles } from './groups.request.js';

const LANGUAGES = ['en', 'de'];

/** How an invitation is written. */
export class InviteRequest {
  @OptionalChoice('Language of the letter; without it the one of `mail.language`', LANGUAGES)
  language?: string;
}

export class NewUserRequest extends InviteRequest {
  @IsEmail({ require_tld: false })
  @MaxLength(320)
  @ApiProperty({ description: 'Where the invitation goes', type: String, format: 'email', maxLength: 320 })
  email!: string;

  @OptionalText('What people call them', 200) name?: string;
  @OptionalRoles('Assigned to them, beside those of their groups') roles?: Role[];
}
