import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { isLoopbackUrl } from '../production-gaps.js';
import { isPlainHttp } from '../published-keys.js';
import { authorizationParameterProblems } from './authorization-parameters.js';
import { IsClaimPath, isReassignable } from './claim-path.js';
import { IdentityProviderSection } from './identity-provider.section.js';

const WEB = { require_tld: false, require_protocol: true, protocols: ['https', 'http'] };

/** Where the answer about the person has what. */
export class OAuth2Mapping {
  /** An id that stays with the person: never a name that somebody else can have later. */
  @IsClaimPath() subject!: string;
  @IsOptional() @IsClaimPath() email?: string;
  /** Without it no address is verified, unless `trustEmail` says so of all. */
  @IsOptional() @IsClaimPath() emailVerified?: string;
  /** The first of these that says something. */
  @IsArray() @ArrayMaxSize(5) @IsClaimPath({ each: true }) name: string[] = ['name'];
}

/** A list of the person's addresses, of which the primary one counts, and only when it is verified. */
export class EmailLookup {
  @IsUrl(WEB) endpoint!: string;
  /** Where in the answer the list is; without it the answer is the list. */
  @IsOptional() @IsClaimPath() list?: string;
  @IsClaimPath() email: string = 'email';
  @IsClaimPath() verified: string = 'verified';
  @IsClaimPath() primary: string = 'primary';
}

/** A provider that gives access tokens and says by an API of its own whose they are. */
export class OAuth2ProviderSection extends IdentityProviderSection {
  declare kind: 'oauth2';

  /** The name under which its people are kept, and `iss` of its answers where it sends one (RFC 9207). */
  @IsUrl(WEB, {
    message:
      'issuer must be the URL that names this provider; a preset with other endpoints needs another one too',
  })
  issuer!: string;

  @IsUrl(WEB) authorizationEndpoint!: string;
  @IsUrl(WEB) tokenEndpoint!: string;
  @IsUrl(WEB) userInfoEndpoint!: string;

  @IsString() @IsNotEmpty() @MaxLength(512) clientId!: string;

  @IsOptional()
  @IsString({ message: 'clientSecret must be a text, or { env: NAME } of a variable that is set' })
  @IsNotEmpty()
  @MaxLength(4_096)
  clientSecret?: string;

  @IsIn(['client_secret_basic', 'client_secret_post', 'none'])
  clientAuth: 'client_secret_basic' | 'client_secret_post' | 'none' = 'client_secret_basic';

  /** PKCE with S256; off only for a provider that refuses it. */
  @IsBoolean() pkce: boolean = true;

  @IsArray()
  @ArrayMaxSize(50)
  @Matches(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, { each: true })
  scopes: string[] = [];

  @IsObject() @ValidateNested() @Type(() => OAuth2Mapping) mapping!: OAuth2Mapping;

  @IsOptional() @IsObject() @ValidateNested() @Type(() => EmailLookup) emailLookup?: EmailLookup;

  /** The parameter that tells it which account is meant; it gets none unless this names one. */
  @IsOptional() @Matches(/^[a-z_]{1,50}$/) loginHintParameter?: string;

  /** Added to every authorization request. */
  @IsObject() authorizationParameters: Record<string, string> = {};
}

/** What is wrong with one that its class cannot see. */
export function oauth2ProviderProblems(section: OAuth2ProviderSection): string[] {
  const { id, clientAuth, clientSecret, mapping } = section;
  const bySecret = clientAuth !== 'none';
  return [
    ...endpointProblems(section),
    ...(bySecret !== (clientSecret !== undefined)
      ? [`${id} needs a clientSecret exactly when clientAuth is not none`]
      : []),
    ...(clientAuth === 'none' && !section.pkce
      ? [`${id} has neither a secret nor PKCE: anybody could use a code that is not theirs`]
      : []),
    ...(section.scopes.includes('openid')
      ? [`${id} asks for openid: a provider that signs an id_token is of the kind oidc`]
      : []),
    ...(isReassignable(mapping.subject)
      ? [
          `${id}: mapping.subject is ${mapping.subject}, which somebody else can have later; name the stable id`,
        ]
      : []),
    ...authorizationParameterProblems(section.authorizationParameters).map((problem) => `${id}: ${problem}`),
  ];
}

/** What is asked and where people are sent, by setting. */
export function oauth2Calls(section: OAuth2ProviderSection): Record<string, string> {
  const { authorizationEndpoint, tokenEndpoint, userInfoEndpoint, emailLookup } = section;
  return {
    authorizationEndpoint,
    tokenEndpoint,
    userInfoEndpoint,
    ...(emailLookup && { 'emailLookup.endpoint': emailLookup.endpoint }),
  };
}

function endpointProblems(section: OAuth2ProviderSection): string[] {
  const { id, issuer } = section;
  return Object.entries({ issuer, ...oauth2Calls(section) }).flatMap(([name, url]) => {
    if (!URL.canParse(url)) return [];
    const isPlain = isPlainHttp(url);
    const isHere = isLoopbackUrl(url) && !isLoopbackUrl(issuer);
    return [
      ...(isPlain ? [`${name} of ${id} is http; only https is safe (http is allowed on loopback)`] : []),
      ...(isHere ? [`${name} of ${id} is on this machine, and its issuer is not`] : []),
    ];
  });
}
