import { IsOptional, IsString, MaxLength, NotContains } from 'class-validator';

/** The form of `/login`. A repeated field is not a string and so is refused. */
export class LoginRequest {
  /** PostgreSQL text cannot hold NUL. */
  @IsString() @MaxLength(320) @NotContains('\0') email!: string;
  @IsString() @MaxLength(1_024) password!: string;
  @IsOptional() @IsString() @MaxLength(16_384) return_to?: string;
  @IsOptional() @IsString() @MaxLength(200) csrf?: string;
}
