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

export class SecondStepLimits {
  /** Codes of one person who knows the password. */
  @ValidateNested() @Type(() => RateLimit) account: RateLimit = RateLimit.of(5, 600, 900);
  /** The same over a longer time. */
  @ValidateNested() @Type(() => RateLimit) daily: RateLimit = RateLimit.of(30, 86_400);
}

export class MailLimits {
  /** Letters that one address is sent because somebody asked for them. */
  @ValidateNested() @Type(() => RateLimit) account: RateLimit = RateLimit.of(3, 3_600);
  /** Letters asked for from one address of the network. */
  @ValidateNested() @Type(() => RateLimit) address: RateLimit = RateLimit.of(30, 3_600);
}

export class UserCodeLimits {
  /** Codes typed by one person. */
  @ValidateNested() @Type(() => RateLimit) account: RateLimit = RateLimit.of(10, 600, 600);
  /** Codes typed at one address. */
  @ValidateNested() @Type(() => RateLimit) address: RateLimit = RateLimit.of(300, 600, 600);
}

export class ScimLimits {
  /** Requests without a good token, per address. */
  @ValidateNested() @Type(() => RateLimit) failed: RateLimit = RateLimit.of(20, 300, 300);
  /** A request's body. */
  @IsInt() @Min(1024) @Max(64 * 1024 * 1024) body: number = 1024 * 1024;
  /** Items of one answer to a search. */
  @IsInt() @Min(1) @Max(1_000) pageSize: number = 200;
  /** Operations of one bulk request. */
  @IsInt() @Min(1) @Max(1_000) bulkOperations: number = 200;
}

export class ApiKeyLimits {
  /** Requests with an API key that is not good, per address. */
  @ValidateNested() @Type(() => RateLimit) failed: RateLimit = RateLimit.of(30, 60, 60);
  /** Living keys of one person or service. */
  @IsInt() @Min(1) @Max(10_000) perOwner: number = 50;
}

export class AdminLimits {
  /** Requests of one person or client to the admin API. */
  @ValidateNested() @Type(() => RateLimit) caller: RateLimit = RateLimit.of(3_000, 60);
}

/** `limits` of the configuration file. Sizes are in bytes. */
export class LimitsSection {
  @ValidateNested() @Type(() => TokenLimits) token: TokenLimits = new TokenLimits();
  @ValidateNested() @Type(() => LoginLimits) login: LoginLimits = new LoginLimits();
  @ValidateNested() @Type(() => SecondStepLimits) secondStep: SecondStepLimits = new SecondStepLimits();
  @ValidateNested() @Type(() => MailLimits) mail: MailLimits = new MailLimits();
  /** Registrations per address, and as many metadata documents that had to be fetched. */
  @ValidateNested() @Type(() => RateLimit) registration: RateLimit = RateLimit.of(120, 60);
  /** Guesses at the introspection endpoint per client: tokens that never were, or that it may not ask about. */
  @ValidateNested() @Type(() => RateLimit) introspection: RateLimit = RateLimit.of(600, 60);
  /** A client's metadata document. */
  @IsInt() @Min(1024) @Max(64 * 1024) clientDocument: number = 5 * 1024;
  /** Device authorization requests per client and address. */
  @ValidateNested() @Type(() => RateLimit) deviceAuthorization: RateLimit = RateLimit.of(60, 60);
  @ValidateNested() @Type(() => UserCodeLimits) deviceUserCode: UserCodeLimits = new UserCodeLimits();
  @ValidateNested() @Type(() => ScimLimits) scim: ScimLimits = new ScimLimits();
  @ValidateNested() @Type(() => ApiKeyLimits) apiKeys: ApiKeyLimits = new ApiKeyLimits();
  @ValidateNested() @Type(() => AdminLimits) admin: AdminLimits = new AdminLimits();
  @IsInt() @Min(1024) @Max(64 * 1024 * 1024) mcpBody: number = 1024 * 1024;
  @IsInt() @Min(1024) @Max(1024 * 1024) formBody: number = 64 * 1024;
}
