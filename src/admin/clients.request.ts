import { ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsBoolean, IsIn, IsObject } from 'class-validator';
import { CLIENT_GRANT_TYPES } from '../oauth/index.js';
import {
  Clearable,
  ClearableText,
  Omittable,
  OptionalChoice,
  OptionalDuration,
  OptionalMoment,
  OptionalText,
  OptionalTexts,
  plainText,
  Text,
} from './fields.js';
import { PageRequest } from './paging.js';

export const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'];
export const TRUST_STATES = ['quarantined', 'approved', 'suspended'] as const;
export const REGISTRATIONS = ['static', 'admin', 'dcr', 'cimd'] as const;

const OptionalFlag =
  (description: string): PropertyDecorator =>
  (target, property) => {
    Omittable()(target, property);
    IsBoolean()(target, property);
    ApiPropertyOptional({ type: Boolean, description })(target, property);
  };

export class ClientsRequest extends PageRequest {
  @OptionalText('Part of the name or id') q?: string;
  @OptionalChoice('Clients in this state', TRUST_STATES) trust_state?: (typeof TRUST_STATES)[number];
  @OptionalChoice('Clients that came to be this way', REGISTRATIONS)
  registration?: (typeof REGISTRATIONS)[number];
  @OptionalMoment('Not used since this moment') unused_since?: string;
}

/** Other values for a client; what is left out stays, `null` takes away. */
export class ChangedClientRequest {
  @OptionalText('What people read on the consent page') name?: string;

  @OptionalTexts('Where answers may be sent', 50, 2_000) redirect_uris?: string[];

  @Omittable()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(CLIENT_GRANT_TYPES.length)
  @IsIn(CLIENT_GRANT_TYPES, { each: true })
  @ApiPropertyOptional({
    enum: CLIENT_GRANT_TYPES,
    isArray: true,
    description: '`authorization_code` and `refresh_token` when a new client names none',
  })
  grant_types?: string[];

  @OptionalChoice(
    '`none` makes a public client; `client_secret_…` need a secret, `private_key_jwt` needs keys',
    AUTH_METHODS,
  )
  auth_method?: string;

  @OptionalChoice('Inferred from the redirect URIs when it is not given', ['web', 'native'])
  application_type?: string;

  @OptionalTexts('What it gets when it asks for nothing in particular', 100, 128) scopes?: string[];

  @Clearable()
  @IsArray()
  @ArrayMaxSize(100)
  @plainText(128, true)
  @ApiPropertyOptional({
    type: String,
    isArray: true,
    nullable: true,
    maxItems: 100,
    description: 'What it may be granted at most; without it, what policy says',
  })
  allowed_scopes?: string[] | null;

  @OptionalFlag('A first-party app: nobody is asked for consent') skip_consent?: boolean;

  @OptionalFlag('Takes only pushed authorization requests (RFC 9126)') require_par?: boolean;

  @OptionalFlag('Gets only DPoP-bound tokens (RFC 9449)') dpop_bound?: boolean;

  @Clearable()
  @IsObject()
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'Public keys of `private_key_jwt`, by value',
  })
  jwks?: object | null;

  @ClearableText('Public keys of `private_key_jwt`, by reference') jwks_uri?: string | null;

  @OptionalTexts('Where a browser may go after logout', 50, 2_000) post_logout_redirect_uris?: string[];

  @ClearableText('Is told when a session ends') backchannel_logout_uri?: string | null;

  @OptionalFlag('The logout token must name the session') backchannel_logout_session_required?: boolean;

  @ClearableText('Its home page') client_uri?: string | null;
  @ClearableText('Its logo') logo_uri?: string | null;
  @ClearableText('Its terms of service') tos_uri?: string | null;
  @ClearableText('Its privacy policy') policy_uri?: string | null;
}

/** A new client, approved from the start. */
export class NewClientRequest extends PickType(ChangedClientRequest, [
  'redirect_uris',
  'grant_types',
  'auth_method',
  'application_type',
  'scopes',
  'allowed_scopes',
  'skip_consent',
  'require_par',
  'dpop_bound',
  'jwks',
  'jwks_uri',
  'post_logout_redirect_uris',
  'backchannel_logout_uri',
  'backchannel_logout_session_required',
  'client_uri',
  'logo_uri',
  'tos_uri',
  'policy_uri',
]) {
  @Text('What people read on the consent page') name!: string;
}

export class RotateSecretRequest {
  @OptionalDuration('How long the secret before goes on working, at most 30d; without it not at all')
  overlap?: string;
}
