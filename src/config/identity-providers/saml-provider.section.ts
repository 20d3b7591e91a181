import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  IsUrl,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { IdentityProviderSection } from './identity-provider.section.js';

const WEB = { require_tld: false, require_protocol: true, protocols: ['https', 'http'] };

/** A key pair of this server, both halves as PEM. */
export class SamlKeySection {
  @IsString({ message: 'privateKey must be PEM, or { env: NAME } of a variable that is set' })
  @IsNotEmpty()
  privateKey!: string;

  @IsString() @IsNotEmpty() certificate!: string;
}

/** What the provider calls what is needed of a person. */
export class SamlAttributesSection {
  /** By which people are recognised; without it by the NameID. */
  @IsOptional() @IsString() @IsNotEmpty() subject?: string;
  @IsOptional() @IsString() @IsNotEmpty() email?: string;
  @IsOptional() @IsString() @IsNotEmpty() name?: string;
  /** Its values appear as `groups` besides. */
  @IsOptional() @IsString() @IsNotEmpty() groups?: string;
}

/** A SAML 2.0 provider, known by its metadata or by what would be in it. */
export class SamlProviderSection extends IdentityProviderSection {
  declare kind: 'saml';

  /** Entity ID of the provider, which is all that its metadata may be about. */
  @IsString() @IsNotEmpty() @MaxLength(1024) issuer!: string;

  /** The provider's metadata; in the configuration file the name of a file with it will do, seen from there. */
  @IsOptional() @IsString() @IsNotEmpty() metadata?: string;

  /** Where people are sent to sign in, by the HTTP-Redirect binding. */
  @IsOptional() @IsUrl(WEB) ssoUrl?: string;

  /** Where answers to its logout requests go, by the HTTP-Redirect binding. */
  @IsOptional() @IsUrl(WEB) sloUrl?: string;

  /** What it may sign with, as PEM. */
  @IsArray() @IsString({ each: true }) certificates: string[] = [];

  /** A certificate that ran out goes on counting. */
  @IsBoolean() acceptExpiredCertificates: boolean = false;

  /** Entity ID of this server at this provider; without it, the address of its metadata. */
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(1024) entityId?: string;

  /** The one format of NameID that names people for good. */
  @IsIn(['persistent', 'emailAddress', 'unspecified'])
  nameIdFormat: 'persistent' | 'emailAddress' | 'unspecified' = 'persistent';

  @IsObject()
  @ValidateNested()
  @Type(() => SamlAttributesSection)
  attributes: SamlAttributesSection = new SamlAttributesSection();

  /** Signs what this server sends. */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => SamlKeySection) signing?: SamlKeySection;

  /** Opens assertions that were encrypted for this server. */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => SamlKeySection) decryption?: SamlKeySection;
}

/** Puts the content of a metadata file in the place of its name, which is seen from `folder`. */
export function settleMetadata(
  sections: readonly IdentityProviderSection[],
  folder: string,
  problems: string[],
): void {
  if (!Array.isArray(sections)) return;
  for (const section of sections) {
    if (!(section instanceof SamlProviderSection)) continue;
    const { metadata } = section;
    if (typeof metadata !== 'string' || metadata.trimStart().startsWith('<')) continue;
    try {
      section.metadata = readFileSync(resolve(folder, metadata), 'utf8');
    } catch {
      problems.push(
        `identityProviders: the metadata of ${section.id} cannot be read; its path is seen from the configuration file`,
      );
    }
  }
}
