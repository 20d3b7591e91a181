import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
} from 'class-validator';
import { IsDuration } from '../is-duration.js';
import { PRESETS } from './presets/index.js';

/** How a provider is spoken to. */
export const IDENTITY_PROVIDER_KINDS = ['oidc', 'oauth2', 'saml'] as const;
export type IdentityProviderKind = (typeof IDENTITY_PROVIDER_KINDS)[number];

const MAX_DOMAINS = 500;
/** Names of hosts, in any script; an address, a wildcard or a URL is none. */
const DOMAIN = /^[^\s@*/:?#,;<>"'\\]{1,253}$/;
const domains = { each: true, message: '$property must list domains such as example.com' };

/** What every one of `identityProviders` in the configuration file has. */
export class IdentityProviderSection {
  /** Appears in `/sso/{id}` and in the redirect URI registered at the provider. */
  @Matches(/^[a-z0-9][a-z0-9-]{0,62}$/, { message: 'id must be lower-case letters, digits and dashes' })
  id!: string;

  @IsIn(IDENTITY_PROVIDER_KINDS) kind!: IdentityProviderKind;

  /** The well-known provider whose settings these are, where they say nothing else. */
  @IsOptional() @IsIn(PRESETS.map(({ id }) => id)) preset?: string;

  /** Off: as if it were not there, but for its own redirect URI, which nobody else gets. */
  @IsBoolean() enabled: boolean = true;

  /** How people know it; without it, the id. */
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(100) name?: string;

  /**
   * E-mail domains this provider is authoritative for: a verified address there links to an existing account, and
   * whoever types one on the sign-in page is sent there.
   */
  @IsArray() @ArrayMaxSize(MAX_DOMAINS) @Matches(DOMAIN, domains) domains: string[] = [];

  /** Only people with a verified address in one of these domains come in; empty: everybody the provider vouches for. */
  @IsArray() @ArrayMaxSize(MAX_DOMAINS) @Matches(DOMAIN, domains) allowedDomains: string[] = [];

  /** Whether people who have no account here get one. */
  @IsBoolean() signUp: boolean = true;

  /** No button on the sign-in page; the address of the provider and its `domains` still lead there. */
  @IsBoolean() hidden: boolean = false;

  /** Every address it gives counts as verified unless it says otherwise: for a provider whose admins give the addresses. */
  @IsBoolean() trustEmail: boolean = false;

  /**
   * When an app demands that the person signs in anew: the provider must say when that was, or coming back from it
   * is taken for that.
   */
  @IsIn(['proved', 'assumed']) freshSignIn: 'proved' | 'assumed' = 'proved';

  /**
   * Apps go on for this long after the person last signed in through this provider; then they must ask the person to,
   * and what the provider says of them is looked at anew. Without it, for as long as the grant lives.
   */
  @IsOptional() @IsDuration() signInEvery?: number;

  /** Claim that says what the provisioning client (SCIM) of the same organisation calls `externalId`. */
  @IsOptional() @IsString() @IsNotEmpty() externalIdClaim?: string;
}
