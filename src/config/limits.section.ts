import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min, ValidateNested } from 'class-validator';

/** `points` requests per `seconds`; when exceeded, everything is refused for `blockSeconds` (0: until the window ends). */
export class RateLimit {
  @IsInt() @Min(1) points!: number;
  @IsInt() @Min(1) seconds!: number;
  @IsOptional() @IsInt() @Min(0) blockSeconds: number = 0;

  static of(points: number, seconds: number, blockSeconds = 0): RateLimit {
    return Object.assign(new RateLimit(), { points, seconds, blockSeconds });
  }
}

export class TokenLimits {
  /** Failed requests per client and address. */
  @ValidateNested() @Type(() => RateLimit) failed: RateLimit = RateLimit.of(10, 60, 300);
  /** Rotations per grant; answers repeated within the overlap do not count. */
  @ValidateNested() @Type(() => RateLimit) rotations: RateLimit = RateLimit.of(30, 60);
  /** Backstop per address, wide enough for the shared egress of an AI platform. */
  @ValidateNested() @Type(() => RateLimit) address: RateLimit = RateLimit.of(1200, 60);
}

export class LoginLimits {
  /** Failed sign-ins per account and address. */
  @ValidateNested() @Type(() => RateLimit) failed: RateLimit = RateLimit.of(10, 300, 300);
  /** Failed sign-ins per account from anywhere. */
  @ValidateNested() @Type(() => RateLimit) account: RateLimit = RateLimit.of(100, 3600, 600);
  /** Sign-in attempts per address. */
  @ValidateNested() @Type(() => RateLimit) address: RateLimit = RateLimit.of(300, 60);
}

/** `limits` of the configuration file. Sizes are in bytes. */
export class LimitsSection {
  @ValidateNested() @Type(() => TokenLimits) token: TokenLimits = new TokenLimits();
  @ValidateNested() @Type(() => LoginLimits) login: LoginLimits = new LoginLimits();
  /** Registrations per address. */
  @ValidateNested() @Type(() => RateLimit) registration: RateLimit = RateLimit.of(120, 60);
  @IsInt() @Min(1024) @Max(64 * 1024 * 1024) mcpBody: number = 1024 * 1024;
  @IsInt() @Min(1024) @Max(1024 * 1024) formBody: number = 64 * 1024;
}
