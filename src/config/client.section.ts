import {
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  MinLength,
} from 'class-validator';

/** One of `clients` in the configuration file: registered at every start, approved, never swept. */
export class ClientSection {
  @Matches(/^(?!https:)[\x21-\x7e]{1,200}$/, {
    message: 'clientId must be printable and not start with https:',
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
  @IsIn(['authorization_code', 'refresh_token', 'client_credentials'], { each: true })
  grantTypes: string[] = ['authorization_code', 'refresh_token'];

  @IsArray() @IsString({ each: true }) scopes: string[] = [];

  /** A first-party app: nobody is asked for consent. */
  @IsBoolean() skipConsent: boolean = false;
}
