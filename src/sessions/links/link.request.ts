import { IsOptional, IsString, Matches, MaxLength, NotContains } from 'class-validator';

/** The form of a page that a link leads to: a password where one is chosen. */
export class LinkRequest {
  @IsOptional() @IsString() @MaxLength(200) csrf?: string;
  /** Half of a character, or NUL, would be stored as something else than was typed. */
  @IsOptional()
  @IsString()
  @MaxLength(1_024)
  @NotContains('\0')
  @Matches(/^\P{Surrogate}*$/u)
  password?: string;
}
