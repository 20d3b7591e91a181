import {
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MinLength,
} from 'class-validator';

/** One of `clients` in the configuration file: registered at every start, approved, never swept. */
export class ClientSection {
  @Matches(/^(?:(?!https?:)[\x21-\x7e]{1,200}|https:\/\/[\x21-\x7e]{3,2000})$/, {
    message: 'clientId must be printable, or the https URL by which a client names itself',
  })
  clientId!: string;

  @IsString() @IsNotEmpty() name!: string;

  @IsOptional()
  @IsString({ message: 'clientSecret must be a text, or { env: NAME } of a variable that is set' })
  @MinLength(24)
  clientSecret?: string;

  @IsArray() @IsString({ each: true }) redirectUris: string[] = [];

  @IsArray()
  @ArrayNotEmpty()
  @Matches(/^(?:[a-z_]+|urn:[a-z0-9:_-]+)$/, {
    each: true,
    message: 'grantTypes must be names of grant types',
  })
  grantTypes: string[] = ['authorization_code', 'refresh_token'];

  /** How it proves itself; without it by its secret, by its keys, or not at all, whichever it has. */
  @IsOptional()
  @IsIn(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'])
  authMethod?: 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';

  /** Public keys of `private_key_jwt`, by value or by reference. */
  @IsOptional() @IsObject() jwks?: object;
  @IsOptional() @IsString() jwksUri?: string;

  @IsArray() @IsString({ each: true }) scopes: string[] = [];

  /** What it may be granted at most; without it, what policy says. */
  @IsOptional() @IsArray() @IsString({ each: true }) allowedScopes?: string[];

  /** Takes authorization requests only when they were pushed (RFC 9126 §6). */
  @IsBoolean() requirePar: boolean = false;

  /** Gets DPoP-bound tokens only (RFC 9449 §5.2). */
  @IsBoolean() dpopBound: boolean = false;

  /** Where a browser may go after logout (OpenID Connect RP-Initiated Logout §2). */
  @IsArray() @IsString({ each: true }) postLogoutRedirectUris: string[] = [];

  /** Is told when a session ends (OpenID Connect Back-Channel Logout §2.2). */
  @IsOptional() @IsString() backchannelLogoutUri?: string;
  @IsBoolean() backchannelLogoutSessionRequired: boolean = false;

  /** A first-party app: nobody is asked for consent. */
  @IsBoolean() skipConsent: boolean = false;
}
