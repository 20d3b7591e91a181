import { IsArray, IsIn, IsNotEmpty, IsOptional, IsString, IsUrl, Matches } from 'class-validator';

/** One of `identityProviders` in the configuration file. */
export class IdentityProviderSection {
  /** Appears in `/sso/{id}` and in the redirect URI registered at the provider. */
  @Matches(/^[a-z0-9][a-z0-9-]{0,62}$/, { message: 'id must be lower-case letters, digits and dashes' })
  id!: string;

  @IsIn(['oidc']) kind!: 'oidc';

  @IsOptional() @IsString() @IsNotEmpty() name?: string;

  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['https', 'http'] })
  issuer!: string;

  @IsString() @IsNotEmpty() clientId!: string;

  @IsString({ message: 'clientSecret must be a text, or { env: NAME } of a variable that is set' })
  @IsNotEmpty()
  clientSecret!: string;

  @IsArray() @IsString({ each: true }) scopes: string[] = ['openid', 'profile', 'email'];

  /** E-mail domains this provider is authoritative for: a verified address there links to an existing account. */
  @IsArray() @IsString({ each: true }) domains: string[] = [];
}
