import { IsNotEmpty, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';

/** The form that ends everything. */
export class EndEverythingRequest {
  @IsOptional() @IsString() @MaxLength(200) csrf?: string;
}

/** The form that ends all access of one app. */
export class EndAppRequest extends EndEverythingRequest {
  @IsString() @IsNotEmpty() @MaxLength(2_048) client_id!: string;
}

/** The form that takes away a way to sign in. */
export class DisconnectRequest extends EndEverythingRequest {
  @IsUUID() identity_id!: string;
}

/** The form that signs another browser out. */
export class EndSessionRequest extends EndEverythingRequest {
  @IsUUID() session_id!: string;
}
