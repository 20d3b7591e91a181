import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  IsUrl,
} from 'class-validator';
import type { JWK } from 'jose';
import { isPlainHttp, isPublicKeySet } from './published-keys.js';

const WEB = { require_tld: false, require_protocol: true, protocols: ['https', 'http'] };
const ALGORITHMS = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'];

/** One of `trustedIssuers` in the configuration file: it decides in place of its people what apps may do for them. */
export class TrustedIssuerSection {
  /** `iss` of its assertions, exactly as they say it. */
  @IsUrl(WEB) issuer!: string;

  /** Of an issuer with several tenants: the one that is trusted. */
  @IsOptional() @IsString() @IsNotEmpty() tenant?: string;

  /** Where its public keys are. */
  @IsOptional() @IsUrl(WEB) jwksUri?: string;

  /** Its public keys themselves, instead of `jwksUri`. */
  @IsOptional() @IsObject() jwks?: { keys: JWK[] };

  /** What it may sign with. */
  @IsArray() @ArrayNotEmpty() @IsIn(ALGORITHMS, { each: true }) algorithms: string[] = ['ES256', 'RS256'];

  @IsBoolean() enabled: boolean = true;

  /** The only clients it may name; without it, every client made for this grant type. */
  @IsOptional() @IsArray() @ArrayMaxSize(1_000) @IsString({ each: true }) clients?: string[];

  /** The most it may allow; without it everything but administration. */
  @IsOptional() @IsArray() @ArrayMaxSize(200) @IsString({ each: true }) scopes?: string[];

  /** The only resources it may name: `mcp`, `admin`, or an id of `resources`; without it all. */
  @IsOptional() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) resources?: string[];

  /** E-mail domains it is authoritative for: a verified address there links a person who is known here already, once. */
  @IsArray() @IsString({ each: true }) linkByEmail: string[] = [];

  /** Only what a person has allowed the client on the consent page before; nobody is asked. */
  @IsBoolean() requireConsent: boolean = false;
}

/** What single values do not show. */
export function trustedIssuerProblems(
  sections: readonly TrustedIssuerSection[],
  resourceIds: readonly string[],
): string[] {
  const known = ['mcp', 'admin', ...resourceIds];
  const names = sections.map(nameOf);
  return [
    ...[...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
      (name) => `trustedIssuers has ${name} twice`,
    ),
    ...sections.flatMap((section) => [
      ...addressProblems(section),
      ...keyProblems(section),
      ...(Array.isArray(section.resources) ? section.resources : [])
        .filter((id) => !known.includes(id))
        .map((id) => `trustedIssuers: ${nameOf(section)} names the resource ${id}, which is not there`),
    ]),
  ];
}

const nameOf = ({ issuer, tenant }: TrustedIssuerSection): string =>
  tenant === undefined ? issuer : `${issuer} (tenant ${tenant})`;

function addressProblems(section: TrustedIssuerSection): string[] {
  return (['issuer', 'jwksUri'] as const)
    .filter((name) => {
      return isPlainHttp(section[name]);
    })
    .map(
      (name) =>
        `trustedIssuers: ${name} of ${nameOf(section)} is http; only https is safe (http is allowed on loopback)`,
    );
}

function keyProblems(section: TrustedIssuerSection): string[] {
  const { jwks, jwksUri } = section;
  if ((jwks === undefined) === (jwksUri === undefined))
    return [`trustedIssuers: ${nameOf(section)} needs jwksUri or jwks, and not both`];
  if (jwks === undefined) return [];
  return isPublicKeySet(jwks)
    ? []
    : [
        `trustedIssuers: jwks of ${nameOf(section)} must have a list of keys, public ones only (RSA, EC or OKP)`,
      ];
}
