import { IsIn, IsNotEmpty, IsOptional, IsString, Matches } from 'class-validator';

/** One of `scopes` in the configuration file: a scope of the installer's own, with its words for the consent page. */
export class ScopeSection {
  /** RFC 6749 §3.3: printable ASCII without space, quote and backslash. */
  @Matches(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/) name!: string;
  /** What it lets an app do, as a sentence without subject: "Read your calendar". */
  @IsString() @IsNotEmpty() sentence!: string;
  @IsOptional() @IsIn(['read', 'change', 'account']) group: 'read' | 'change' | 'account' = 'read';
}
