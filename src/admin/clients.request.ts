import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsBoolean, IsIn } from 'class-validator';
import { Omittable, OptionalChoice, OptionalText, OptionalTexts, Text } from './fields.js';
import { LimitRequest } from './paging.js';

const GRANT_TYPES = ['authorization_code', 'refresh_token', 'client_credentials'];
export const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post'];
export const TRUST_STATES = ['quarantined', 'approved', 'suspended'] as const;

export class ClientsRequest extends LimitRequest {
  @OptionalText('Part of the name or id') q?: string;
  @OptionalChoice('Clients in this state', TRUST_STATES) trust_state?: (typeof TRUST_STATES)[number];
  @OptionalText('`next` of the page before') cursor?: string;
}

/** A new client, approved from the start. */
export class NewClientRequest {
  @Text('What people read on the consent page') name!: string;

  @OptionalTexts('Where answers may be sent', 50, 2_000) redirect_uris?: string[];

  @Omittable()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(GRANT_TYPES.length)
  @IsIn(GRANT_TYPES, { each: true })
  @ApiPropertyOptional({ enum: GRANT_TYPES, isArray: true, default: ['authorization_code', 'refresh_token'] })
  grant_types?: string[];

  @OptionalChoice(
    '`none` makes a public client; the others have a secret, which is answered once',
    AUTH_METHODS,
  )
  auth_method?: string;

  @OptionalChoice('Inferred from the redirect URIs when it is not given', ['web', 'native'])
  application_type?: string;

  @OptionalTexts('What it gets when it asks for nothing in particular', 100, 128) scopes?: string[];

  @OptionalTexts('What it may be granted at most; without it, what policy says', 100, 128)
  allowed_scopes?: string[];

  @Omittable()
  @IsBoolean()
  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description: 'A first-party app: nobody is asked for consent',
  })
  skip_consent?: boolean;

  @OptionalText('Its home page', 2_000) client_uri?: string;
}
