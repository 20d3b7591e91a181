import { ArrayMaxSize, ArrayNotEmpty, IsArray } from 'class-validator';
import { ApiProperty } from '@nestjs/swagger';
import {
  OptionalChoice,
  OptionalDuration,
  OptionalId,
  OptionalMoment,
  OptionalQueryFlag,
  OptionalText,
  plainText,
  Text,
} from './fields.js';
import { MAX_CLIENT_ID } from './ids.js';
import { PageRequest } from './paging.js';

export class ApiKeysRequest extends PageRequest {
  @OptionalId('Keys of this person') user_id?: string;
  @OptionalText('Keys of this service', MAX_CLIENT_ID) client_id?: string;
  @OptionalChoice('Keys of people, or of services', ['people', 'services']) holder?: 'people' | 'services';
  @OptionalQueryFlag('Only living keys, or only ended ones') active?: boolean;
  @OptionalText('Keys that have this very scope', 128) scope?: string;
  @OptionalText('Keys for this resource (RFC 8707)', 2_048) resource?: string;
  @OptionalMoment('Keys not used since') last_used_before?: string;
  @OptionalMoment('Keys that expire before this moment') expires_before?: string;
}

const LIFETIME =
  'How long it is good; `lifetimes.apiKey` when it is not given, `lifetimes.apiKeyMax` at most';

/** A key for a service. People make their own on the account page. */
export class NewApiKeyRequest {
  @Text('The client whose key it is', MAX_CLIENT_ID) client_id!: string;
  @Text('What it is for', 100) name!: string;

  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(100)
  @plainText(128, true)
  @ApiProperty({
    type: String,
    isArray: true,
    minItems: 1,
    maxItems: 100,
    description: 'What it may do at most; the client must be allowed each',
  })
  scopes!: string[];

  @OptionalDuration(LIFETIME) expires_in?: string;
}

/** What is left out stays. */
export class RenameApiKeyRequest {
  @OptionalText('What it is for', 100) name?: string;
}

export class RotateApiKeyRequest {
  @OptionalDuration(LIFETIME) expires_in?: string;
}
