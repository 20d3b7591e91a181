import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { HOST_PATTERN, type RegistrationRule } from '../config/index.js';
import { Clearable, Omittable, OptionalText, plainText, Text } from './fields.js';

type Trust = RegistrationRule['trust'];

const KINDS = ['dcr', 'cimd'] as const;
const TRUSTS = ['approved', 'quarantined', 'refused'] as const;
const REDIRECTS = ['https', 'same-host'] as const;
const MOST = 200;

const texts = (description: string, ...more: PropertyDecorator[]): PropertyDecorator =>
  applyDecorators(
    Omittable(),
    IsArray(),
    ArrayNotEmpty(),
    ArrayMaxSize(MOST),
    ...more,
    ApiPropertyOptional({ description, type: String, isArray: true, minItems: 1, maxItems: MOST }),
  );
const hosts = (description: string): PropertyDecorator =>
  texts(
    description,
    Matches(HOST_PATTERN, {
      each: true,
      message: '$property must be lower-case host names, or *.example.com for sub-domains',
    }),
  );

/** Which applications a policy is about; what is not given does not matter. */
export class RegistrationMatchRequest {
  @Omittable()
  @IsArray()
  @ArrayNotEmpty()
  @IsIn(KINDS, { each: true })
  @ApiPropertyOptional({
    enum: [...KINDS],
    isArray: true,
    description: 'Registered by themselves, or named by the URL of a metadata document; without it both',
  })
  kinds?: ('dcr' | 'cimd')[];

  @hosts('Every redirect URI is at one of these') redirect_hosts?: string[];
  @texts('Every redirect URI is one of these', plainText(2_000, true)) redirect_uris?: string[];
  @hosts('The host of the metadata document') client_id_hosts?: string[];
  @texts('`software_id`, which anybody can claim: it cannot approve alone', plainText(500, true))
  software_ids?: string[];
}

export class ChangedRegistrationPolicyRequest {
  @OptionalText('What it is called', 100) name?: string;

  @Omittable()
  @IsInt()
  @Min(0)
  @Max(100_000)
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: 100_000,
    default: 100,
    description: 'The lowest is looked at first, and the first that matches decides',
  })
  position?: number;

  @Omittable()
  @IsObject()
  @ValidateNested()
  @Type(() => RegistrationMatchRequest)
  @ApiPropertyOptional({
    type: RegistrationMatchRequest,
    description: 'Without it all; in place of that before',
  })
  match?: RegistrationMatchRequest;

  @Omittable() @IsIn(TRUSTS) @ApiPropertyOptional({ enum: [...TRUSTS] }) trust?: Trust;

  @Clearable()
  @IsArray()
  @ArrayMaxSize(100)
  @plainText(128, true)
  @ApiPropertyOptional({
    type: String,
    isArray: true,
    nullable: true,
    maxItems: 100,
    description: 'What such an application may be granted at most; without it, what policy says',
  })
  scopes?: string[] | null;

  @Clearable()
  @IsIn(REDIRECTS)
  @ApiPropertyOptional({
    enum: [...REDIRECTS],
    nullable: true,
    description: '`https`: no loopback and no scheme of an app. `same-host`: https at one host',
  })
  redirects?: 'https' | 'same-host' | null;
}

export class NewRegistrationPolicyRequest extends OmitType(ChangedRegistrationPolicyRequest, [
  'name',
  'trust',
]) {
  @Text('What it is called', 100) name!: string;
  @IsIn(TRUSTS) @ApiProperty({ enum: [...TRUSTS] }) trust!: Trust;
}
