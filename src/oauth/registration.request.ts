import { plainToInstance } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsOptional, IsString, MaxLength, validateSync } from 'class-validator';
import type { Request } from 'express';
import type { ClientMetadata } from './clients/client-metadata.js';
import { OAuthError } from './oauth-error.js';

/** RFC 7591 §2. Members that are not here are ignored, as §2 asks. */
class RegistrationRequest {
  @IsOptional() @IsString() @MaxLength(200) client_name?: string;
  @IsOptional() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) redirect_uris?: string[];
  @IsOptional() @IsString() @MaxLength(100) token_endpoint_auth_method?: string;
  @IsOptional() @IsArray() @ArrayMaxSize(20) @IsString({ each: true }) grant_types?: string[];
  @IsOptional() @IsArray() @ArrayMaxSize(20) @IsString({ each: true }) response_types?: string[];
  @IsOptional() @IsString() @MaxLength(4_096) scope?: string;
  @IsOptional() @IsString() @MaxLength(20) application_type?: string;
  @IsOptional() @IsString() @MaxLength(2_000) client_uri?: string;
  @IsOptional() @IsString() @MaxLength(200) software_id?: string;
  @IsOptional() @IsString() @MaxLength(200) software_version?: string;
}

const MEMBERS = [
  'client_name',
  'redirect_uris',
  'token_endpoint_auth_method',
  'grant_types',
  'response_types',
  'scope',
  'application_type',
  'client_uri',
  'software_id',
  'software_version',
] as const satisfies readonly (keyof RegistrationRequest)[];

/** @throws OAuthError invalid_client_metadata, invalid_redirect_uri, invalid_request */
export function readRegistration(req: Request): ClientMetadata {
  const body: unknown = req.is('application/json') ? req.body : undefined;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new OAuthError('invalid_client_metadata', 'Send the client metadata as a JSON object', {
      reason: 'not_a_json_object',
    });
  }
  // Only own members by name: nothing inherited, nothing called __proto__.
  const known = Object.fromEntries(
    MEMBERS.flatMap((name) =>
      Object.hasOwn(body, name) ? [[name, (body as Record<string, unknown>)[name] ?? undefined]] : [],
    ),
  );
  if (JSON.stringify(known).includes('\\u0000'))
    throw new OAuthError('invalid_client_metadata', 'The metadata has a NUL character', {
      reason: 'nul_character',
    });
  const metadata = plainToInstance(RegistrationRequest, known);
  const [problem] = validateSync(metadata, { forbidUnknownValues: true });
  if (problem) {
    const code =
      problem.property === 'redirect_uris' && !Array.isArray(known['redirect_uris'])
        ? 'invalid_redirect_uri'
        : 'invalid_client_metadata';
    throw new OAuthError(code, `${problem.property} is malformed`, {
      reason: `malformed_${problem.property}`,
    });
  }
  return metadata;
}
