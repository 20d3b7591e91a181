import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, Matches } from 'class-validator';
import { Omittable } from './fields.js';
import { IsPlainJson } from './is-plain-json.js';

const ID = /^[a-z0-9][a-z0-9-]{0,62}$/;
const SETTINGS = 'As an entry of `identityProviders` in the configuration file has them, without `id`';

/** The id as it stands in `/sso/{id}`. */
const ProviderId = (): PropertyDecorator => (target, property) => {
  Matches(ID, { message: '$property must be lower-case letters, digits and dashes' })(target, property);
  ApiProperty({ type: String, pattern: ID.source, description: 'Stands in `/sso/{id}`, and stays' })(
    target,
    property,
  );
};

/** A provider, or one that is to be tried. */
export class NewIdentityProviderRequest {
  @ProviderId() id!: string;

  @IsObject()
  @IsPlainJson()
  @ApiProperty({ type: 'object', additionalProperties: true, description: SETTINGS })
  settings!: Record<string, unknown>;
}

/** Other settings for a provider; what is left out stays, `null` takes away. */
export class ChangedIdentityProviderRequest {
  @Omittable()
  @IsObject()
  @IsPlainJson()
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: SETTINGS })
  settings: Record<string, unknown> = {};
}
