import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';

/** The form of `/device` into which the code is typed. */
export class DeviceRequest {
  @IsString() @MaxLength(64) user_code!: string;
  @IsOptional() @IsString() @MaxLength(200) csrf?: string;
}

/** The form of `/device/decision`. */
export class DeviceDecisionRequest {
  @IsIn(['approve', 'deny']) decision!: 'approve' | 'deny';
  @IsString() @MaxLength(64) user_code!: string;
  /** What the person was shown, and of which client; no more is granted than that, and to no other. */
  @IsString() @MaxLength(4_096) scope!: string;
  @IsString() @MaxLength(200) seen!: string;
  @IsOptional() @IsString() @MaxLength(200) csrf?: string;
}
