import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { Equals, IsArray, IsIn, IsObject, Matches, ValidateNested } from 'class-validator';
import { EndRequest } from './end.request.js';
import { Omittable, OptionalId, OptionalMoment, OptionalText } from './fields.js';
import { MAX_CLIENT_ID } from './ids.js';
import { PageRequest } from './paging.js';

const MAX_TOKEN = 8_192;

/** What to end: all that is said must hold. `all`, `jti`, `token` and `kid` stand alone. */
export class SelectorRequest {
  @OptionalId('What this person allowed, and where they are signed in') user_id?: string;
  @OptionalText('What this client was allowed', MAX_CLIENT_ID) client_id?: string;
  @OptionalId('This session, and what was allowed in it') session_id?: string;
  @OptionalId('This grant') grant_id?: string;
  @OptionalId('This access token') jti?: string;
  @OptionalText(
    'The token that this is: an access token by itself, a refresh token with its grant',
    MAX_TOKEN,
  )
  token?: string;
  @OptionalText('What has this scope, or one that includes it', 128) scope?: string;
  @OptionalText('What was allowed at this resource (RFC 8707)', 2_048) resource?: string;
  @OptionalText('What this tool could be called with', 64) tool?: string;
  @OptionalText('This signing key, as one that somebody else may have', 64) kid?: string;
  @OptionalText('Sign-ins through this identity provider, and what was allowed in them', 63) idp?: string;
  @OptionalMoment('What is older than this') issued_before?: string;
  @Omittable()
  @Equals(true)
  @ApiPropertyOptional({ enum: [true], description: 'Everything' })
  all?: true;
}

export class NewPlanRequest extends EndRequest {
  @IsObject()
  @ValidateNested()
  @Type(() => SelectorRequest)
  @ApiProperty({ type: SelectorRequest })
  selector!: SelectorRequest;
}

const WARNINGS = ['ends_own_access'] as const;

/** A yes to a plan as it was seen. */
export class PlanYesRequest extends EndRequest {
  @Matches(/^[\w-]{43}$/)
  @ApiProperty({ type: String, pattern: '^[\\w-]{43}$', description: 'Of the plan as it was seen' })
  plan_hash!: string;

  @Omittable()
  @IsArray()
  @IsIn(WARNINGS, { each: true })
  @ApiPropertyOptional({
    enum: [...WARNINGS],
    isArray: true,
    description: 'Warnings that were read; needed for `ends_own_access`',
  })
  acknowledge?: (typeof WARNINGS)[number][];
}

export class RevocationsRequest extends PageRequest {
  @OptionalText('Id of the user or client that applied it', MAX_CLIENT_ID) actor?: string;
  @OptionalMoment('Applied at this moment or later') since?: string;
}
