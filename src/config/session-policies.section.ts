import { IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';

/** `policies.sessions` of the configuration file. */
export class SessionPolicies {
  /** Browsers a person may be signed in at; one more ends the session that was used least lately. Without it, any number. */
  @IsOptional() @IsInt() @Min(1) @Max(1_000) perPerson?: number;
  /** Name of the session cookie; on https it is preceded by `__Host-`. */
  @IsString()
  @Matches(/^(?!__)[A-Za-z0-9_-]{1,64}$/, {
    message: 'cookie must be letters, digits, dashes and underscores, and not begin with two underscores',
  })
  cookie: string = 'gatehouse_session';
}
