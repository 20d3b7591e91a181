import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsObject,
  IsOptional,
  IsString,
  MaxLength,
  validateSync,
} from 'class-validator';
import { OAuthError } from '../oauth-error.js';
import type { ClientMetadata } from './client-metadata.js';

/** The members of RFC 7591 §2 and its extensions that are read; every other one is ignored, as §2 asks. */
class KnownMembers {
  @IsOptional() @IsString() @MaxLength(200) client_name?: string = undefined;
  @IsOptional() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) redirect_uris?: string[] = undefined;
  @IsOptional() @IsString() @MaxLength(100) token_endpoint_auth_method?: string = undefined;
  @IsOptional() @IsString() @MaxLength(20) token_endpoint_auth_signing_alg?: string = undefined;
  @IsOptional() @IsArray() @ArrayMaxSize(20) @IsString({ each: true }) grant_types?: string[] = undefined;
  @IsOptional() @IsArray() @ArrayMaxSize(20) @IsString({ each: true }) response_types?: string[] = undefined;
  @IsOptional() @IsString() @MaxLength(4_096) scope?: string = undefined;
  @IsOptional() @IsString() @MaxLength(20) application_type?: string = undefined;
  @IsOptional() @IsString() @MaxLength(2_000) client_uri?: string = undefined;
  @IsOptional() @IsString() @MaxLength(2_000) logo_uri?: string = undefined;
  @IsOptional() @IsString() @MaxLength(2_000) tos_uri?: string = undefined;
  @IsOptional() @IsString() @MaxLength(2_000) policy_uri?: string = undefined;
  @IsOptional() @IsObject() jwks?: object = undefined;
  @IsOptional() @IsString() @MaxLength(2_000) jwks_uri?: string = undefined;
  @IsOptional() @IsString() @MaxLength(200) software_id?: string = undefined;
  @IsOptional() @IsString() @MaxLength(200) software_version?: string = undefined;
  @IsOptional() @IsString() @MaxLength(16_384) software_statement?: string = undefined;
  @IsOptional() @IsBoolean() require_pushed_authorization_requests?: boolean = undefined;
  @IsOptional() @IsBoolean() dpop_bound_access_tokens?: boolean = undefined;
  @IsOptional() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) post_logout_redirect_uris?: string[] =
    undefined;
  @IsOptional() @IsString() @MaxLength(2_000) backchannel_logout_uri?: string = undefined;
  @IsOptional() @IsBoolean() backchannel_logout_session_required?: boolean = undefined;
}

const MEMBERS = Object.keys(new KnownMembers());
const MAX_DEPTH = 8;

/**
 * Client metadata out of a JSON object that anybody may have written.
 * @throws OAuthError invalid_client_metadata, invalid_redirect_uri
 */
export function readMetadata(source: unknown): ClientMetadata {
  if (typeof source !== 'object' || source === null || Array.isArray(source))
    throw refused('Send the client metadata as a JSON object', 'not_a_json_object');
  // Only own members by name: nothing inherited, nothing called __proto__.
  const known = Object.fromEntries(
    Object.entries(source).filter(([name, value]) => MEMBERS.includes(name) && value !== null),
  );
  if (isDeep(known, MAX_DEPTH)) throw refused('The metadata is nested too deeply', 'nested_too_deeply');
  // PostgreSQL can store no NUL, neither in text nor in jsonb.
  if (JSON.stringify(known).includes('\\u0000'))
    throw refused('The metadata has a NUL character', 'nul_character');
  const [problem] = validateSync(Object.assign(new KnownMembers(), known), { forbidUnknownValues: true });
  if (problem) {
    const { property } = problem;
    const uris = property === 'redirect_uris' && !Array.isArray(known['redirect_uris']);
    throw new OAuthError(
      uris ? 'invalid_redirect_uri' : 'invalid_client_metadata',
      `${property} is malformed`,
      { reason: `malformed_${property}` },
    );
  }
  return known;
}

function isDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((member) => isDeep(member, left - 1));
}

const refused = (why: string, reason: string): OAuthError =>
  new OAuthError('invalid_client_metadata', why, { reason });
