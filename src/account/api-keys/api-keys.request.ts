import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsOptional, IsString, IsUUID, Matches, MaxLength } from 'class-validator';

/** The form that ends a key. */
export class RevokeApiKeyRequest {
  @IsOptional() @IsString() @MaxLength(200) csrf?: string;
  @IsUUID() id!: string;
}

/** The form for a new key. */
export class MakeApiKeyRequest {
  @IsOptional() @IsString() @MaxLength(200) csrf?: string;
  // eslint-disable-next-line no-control-regex -- control characters are what this refuses
  @IsString() @MaxLength(100) @Matches(/\S/) @Matches(/^[^\u0000-\u001f\u007f]*$/) name!: string;
  /** Ticked once it is a text, more often a list. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? [value] : value))
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(128, { each: true })
  scope?: string[];
  @IsString() @Matches(/^[1-9]\d{0,4}$/) days!: string;
}

/** What the redirect after a form says. */
export class ApiKeysQuery {
  @IsOptional() @IsIn(['revoked']) done?: 'revoked';
}
