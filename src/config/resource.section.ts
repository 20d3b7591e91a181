import { ArrayMaxSize, IsArray, IsIn, IsNotEmpty, IsOptional, IsString, Matches } from 'class-validator';
import { IsDuration } from './is-duration.js';

/** What an access token may say of the person it is about. */
export type PersonClaim = 'email' | 'email_verified' | 'name' | 'roles' | 'groups';

/** Who may hold API keys. */
export type KeyHolder = 'people' | 'services';

/** One of `resources` in the configuration file: another API that trusts this server, or what to change of a built-in one. */
export class ResourceSection {
  /** The audience of its tokens (RFC 8707 §2): an absolute URI without fragment; or `mcp` or `admin`. */
  @Matches(/^(?:mcp|admin|https?:\/\/[^\s#?]+)$/, {
    message: 'id must be an absolute http(s) URI without query and fragment, or mcp, or admin',
  })
  id!: string;

  @IsOptional() @IsString() @IsNotEmpty() name?: string;

  /** Lifetime of its access tokens; without it that of `lifetimes`. */
  @IsOptional() @IsDuration() lifetime?: number;

  /** `jwt` (RFC 9068), or `opaque` for a resource that asks the introspection endpoint. */
  @IsIn(['jwt', 'opaque']) format: 'jwt' | 'opaque' = 'jwt';

  /** What signs its tokens; without it the server's algorithm. */
  @IsOptional() @IsIn(['ES256', 'RS256', 'EdDSA']) algorithm?: 'ES256' | 'RS256' | 'EdDSA';

  /** The scopes it knows. For a built-in resource: which of its scopes may be granted at all. */
  @IsArray() @ArrayMaxSize(200) @IsString({ each: true }) scopes: string[] = [];

  /** What its access tokens say of the person. */
  @IsArray()
  @IsIn(['email', 'email_verified', 'name', 'roles', 'groups'], { each: true })
  claims: PersonClaim[] = [];

  /** Who may hold API keys for it; without it nobody, and keys are not looked at. Only `mcp` takes them. */
  @IsArray() @IsIn(['people', 'services'], { each: true }) apiKeys: KeyHolder[] = [];

  /** Clients that act for it at the introspection endpoint. */
  @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) introspection: string[] = [];
}
