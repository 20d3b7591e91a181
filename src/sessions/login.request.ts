import { IsOptional, IsString, MaxLength, NotContains } from 'class-validator';

/** The form of `/login`. A repeated field is not a string and so is refused. */
export class LoginRequest {
  /** PostgreSQL text cannot hold NUL. */
  @IsString() @MaxLength(320) @NotContains('\0') email!: string;
  /** Nobody needs one who signs in elsewhere. */
  @IsString() @MaxLength(1_024) password: string = '';
  @IsOptional() @IsString() @MaxLength(16_384) return_to?: string;
  @IsOptional() @IsString() @MaxLength(200) csrf?: string;
  /** Which button was pressed. */
  @IsOptional() @IsString() @MaxLength(20) way?: string;
  /** What the sign-in has to be; goes on to where it is done. */
  @IsOptional() @IsString() @MaxLength(20) max_age?: string;
  @IsOptional() @IsString() @MaxLength(20) choose?: string;
}
