import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  ValidateNested,
} from 'class-validator';

/** A lower-case host name or address, or `*.example.com`. */
export const HOST_PATTERN =
  /^(?:(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}|localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/;
const hosts = {
  each: true,
  message: '$property must be lower-case host names, or *.example.com for sub-domains',
};

/** Which applications a rule is about; what is not given does not matter. */
export class RegistrationMatch {
  /** Registered by themselves (`dcr`), or named by the URL of a metadata document (`cimd`). */
  @IsOptional() @IsArray() @ArrayNotEmpty() @IsIn(['dcr', 'cimd'], { each: true }) kinds?: ('dcr' | 'cimd')[];
  /** Every redirect URI must be at one of these hosts. */
  @IsOptional() @IsArray() @ArrayMaxSize(200) @Matches(HOST_PATTERN, hosts) redirectHosts?: string[];
  /** Every redirect URI must be one of these, see `policies.clients.redirect_prefixes` for the exception. */
  @IsOptional() @IsArray() @ArrayMaxSize(200) @IsString({ each: true }) redirectUris?: string[];
  /** The host of a metadata document. */
  @IsOptional() @IsArray() @ArrayMaxSize(200) @Matches(HOST_PATTERN, hosts) clientIdHosts?: string[];
  /** `software_id`, which anybody can claim. */
  @IsOptional() @IsArray() @ArrayMaxSize(200) @IsString({ each: true }) softwareIds?: string[];
}

/** One of `policies.registrationRules`; the first that matches decides. */
export class RegistrationRule {
  @ValidateNested() @Type(() => RegistrationMatch) match: RegistrationMatch = new RegistrationMatch();
  @IsIn(['approved', 'quarantined', 'refused']) trust!: 'approved' | 'quarantined' | 'refused';
  /** What such an application may be granted at most; without it, what policy says. */
  @IsOptional() @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) scopes?: string[];
  /** `https`: no loopback and no private-use scheme; `same-host`: https at one host, for a document at its own. */
  @IsOptional() @IsIn(['https', 'same-host']) redirects?: 'https' | 'same-host';
}

/** One of `policies.softwareStatements`: who may vouch for software (RFC 7591 §2.3). */
export class StatementIssuer {
  @IsString() @IsNotEmpty() issuer!: string;
  /** Public keys by value, or where they are published. */
  @IsOptional() @IsObject() jwks?: object;
  @IsOptional() @Matches(/^https?:\/\/[^\s#]+$/, { message: 'jwksUri must be a URL' }) jwksUri?: string;
  @IsIn(['approved', 'quarantined']) trust: 'approved' | 'quarantined' = 'quarantined';
  /** What such an application may be granted at most; without it, what policy says. */
  @IsOptional() @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) scopes?: string[];
}
