import { IsNotEmpty, IsOptional, IsString, IsUrl, Matches, MaxLength } from 'class-validator';

/** `brand` of the configuration file: how the pages for people introduce themselves. */
export class BrandSection {
  @IsString() @IsNotEmpty() @MaxLength(60) name: string = 'Gatehouse';
  /** `#rrggbb`; lightened or darkened per theme where it would be hard to read. */
  @IsOptional() @Matches(/^#[0-9a-fA-F]{6}$/) accent?: string;
  @IsOptional() @IsUrl({ require_tld: false, protocols: ['https', 'http', 'mailto'] }) supportUrl?: string;
  @IsOptional() @IsString() @MaxLength(200) footer?: string;
  /** A folder, seen from the configuration file, with templates of pages in place of the built-in ones. */
  @IsOptional() @IsString() @IsNotEmpty() templates?: string;
}
