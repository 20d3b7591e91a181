import { IsOptional, IsString, MaxLength, NotContains } from 'class-validator';

/** Every form between the password and the session. A repeated field is not a string and so is refused. */
export class StepRequest {
  @IsOptional() @IsString() @MaxLength(200) csrf?: string;
  @IsOptional() @IsString() @MaxLength(16_384) return_to?: string;
}

export class CodeRequest extends StepRequest {
  @IsString() @MaxLength(100) code!: string;
}

/** What a page that talked to a passkey sends. */
export class PasskeyRequest extends StepRequest {
  @IsOptional() @IsString() @MaxLength(4_000) ticket?: string;
  @IsOptional() @IsString() @MaxLength(32_768) response?: string;
}

/** A code that shows that the app has the secret of the ticket. */
export class NewAuthenticatorRequest extends CodeRequest {
  @IsString() @MaxLength(4_000) ticket!: string;
}

export class NewPasskeyRequest extends PasskeyRequest {
  /** What the person calls it. */
  @IsOptional() @IsString() @MaxLength(64) @NotContains('\0') name?: string;
}
