import { IsInt, Max, Min } from 'class-validator';

/** `policies.audit` of the configuration file. */
export class AuditPolicies {
  /** How many days the sealed arguments of tool calls are kept, and other sealed text that may name anybody. */
  @IsInt() @Min(1) @Max(3_650) payloadDays: number = 30;
}
