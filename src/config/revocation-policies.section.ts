import { IsInt, IsOptional, Max, Min } from 'class-validator';

/** `policies.revocation` of the configuration file. */
export class RevocationPolicies {
  /** A plan that ends what more people than this have needs the yes of a second operator; without it, none does. */
  @IsOptional() @IsInt() @Min(0) @Max(1_000_000_000) approvalAbove?: number;
}
