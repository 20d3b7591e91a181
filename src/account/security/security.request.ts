import { IsOptional, IsString, IsUUID, Matches, MaxLength, NotContains } from 'class-validator';

/** A form that says nothing but yes. */
export class ConfirmRequest {
  @IsOptional() @IsString() @MaxLength(200) csrf?: string;
}

export class PasskeyIdRequest extends ConfirmRequest {
  @IsUUID() id!: string;
}

export class RenamePasskeyRequest extends PasskeyIdRequest {
  @IsString() @MaxLength(64) @NotContains('\0') @Matches(/\S/) name!: string;
}

export class AddPasskeyRequest extends ConfirmRequest {
  @IsOptional() @IsString() @MaxLength(4_000) ticket?: string;
  @IsOptional() @IsString() @MaxLength(32_768) response?: string;
  @IsOptional() @IsString() @MaxLength(64) @NotContains('\0') name?: string;
}

export class AddAuthenticatorRequest extends ConfirmRequest {
  @IsString() @MaxLength(100) code!: string;
  @IsString() @MaxLength(4_000) ticket!: string;
}

export class ChangePasswordRequest extends ConfirmRequest {
  @IsOptional() @IsString() @MaxLength(1_024) current?: string;
  /** Half of a character, or NUL, would be stored as something else than was typed. */
  @IsString() @MaxLength(1_024) @NotContains('\0') @Matches(/^\P{Surrogate}*$/u) password!: string;
}

export class ChangeEmailRequest extends ConfirmRequest {
  @IsString() @MaxLength(320) @NotContains('\0') email!: string;
}
