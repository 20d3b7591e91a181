import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
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
import { isPlainHttp } from '../published-keys.js';
import { authorizationParameterProblems } from './authorization-parameters.js';
import { IsClaimPath } from './claim-path.js';
import { isTemplated } from './entra-tenants.js';
import { IdentityProviderSection } from './identity-provider.section.js';

/** Which claims tell what. The subject is always `sub`. */
export class OidcMapping {
  @IsClaimPath() email: string = 'email';
  @IsClaimPath() emailVerified: string = 'email_verified';
  /** The first of these that says something. */
  @IsArray() @ArrayMaxSize(5) @IsClaimPath({ each: true }) name: string[] = ['name', 'preferred_username'];
}

/** An OpenID Connect provider, known by its discovery document. */
export class OidcProviderSection extends IdentityProviderSection {
  declare kind: 'oidc';

  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['https', 'http'] })
  issuer!: string;

  @IsString() @IsNotEmpty() @MaxLength(512) clientId!: string;

  @IsString({ message: 'clientSecret must be a text, or { env: NAME } of a variable that is set' })
  @IsNotEmpty()
  @MaxLength(4_096)
  clientSecret!: string;

  @IsArray()
  @ArrayMaxSize(50)
  @Matches(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, { each: true })
  scopes: string[] = ['openid', 'profile', 'email'];

  @IsObject() @ValidateNested() @Type(() => OidcMapping) mapping: OidcMapping = new OidcMapping();

  /** Google Workspace: only people of this organisation (`hd` of the verified id_token). */
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(253) hostedDomain?: string;

  /** `prompt` of every request, unless an app or the person asks for more. */
  @IsOptional() @IsIn(['select_account', 'login', 'consent']) prompt?: 'select_account' | 'login' | 'consent';

  /** Added to every authorization request. */
  @IsObject() authorizationParameters: Record<string, string> = {};
}

/** What is wrong with one that its class cannot see. */
export function oidcProviderProblems(section: OidcProviderSection): string[] {
  const { id, issuer, trustEmail, domains } = section;
  const isPlain = isPlainHttp(issuer);
  return [
    ...(isPlain ? [`the issuer of ${id} is http; only https is safe (http is allowed on loopback)`] : []),
    ...(isTemplated(issuer) && (trustEmail || domains.length > 0)
      ? [
          `${id} lets in every Entra tenant, and each says of its people what it likes: name one tenant in its issuer to use trustEmail or domains`,
        ]
      : []),
    ...authorizationParameterProblems(section.authorizationParameters).map((problem) => `${id}: ${problem}`),
  ];
}
