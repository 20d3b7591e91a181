import { applyDecorators } from '@nestjs/common';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  Equals,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { ROLES, type Role } from './group.section.js';
import { IsDuration } from './is-duration.js';

const Names = (longest = 200): PropertyDecorator =>
  applyDecorators(
    IsArray(),
    ArrayNotEmpty(),
    ArrayMaxSize(200),
    IsString({ each: true }),
    Length(1, longest, { each: true }),
  );

/** What the sign-in behind a token must be. */
export class StepUpSection {
  /** Level of the sign-in. */
  @IsOptional() @IsString() @Length(1, 200) acr?: string;
  /** How long it may be ago, in seconds once read. */
  @IsOptional() @IsDuration() maxAge?: number;
}

/** So many calls in so much time. */
export class QuotaSection {
  @IsInt() @Min(1) @Max(1_000_000) calls!: number;
  /** In seconds once read. */
  @IsDuration(2_000_000) per!: number;
  @IsIn(['user', 'client', 'grant']) by!: 'user' | 'client' | 'grant';
}

/** One of `policies.toolPolicies`: what is asked of callers of some tools, resources and prompts beside what those ask. */
export class ToolPolicySection {
  @Matches(/^[A-Za-z0-9][A-Za-z0-9 _.-]{0,99}$/, {
    message: 'name must be up to 100 letters, digits, blanks, "_", "-" and "."',
  })
  name!: string;
  /** Names of tools and prompts, URIs and URI templates of resources; `*` stands for anything. */
  @Names(256) items!: string[];
  /** Client ids. Absent: any client. */
  @IsOptional() @Names(2_048) clients?: string[];
  /** Being in one of these groups is enough. Absent: anybody. */
  @IsOptional() @Names() groups?: string[];
  /** Ids or e-mail addresses. Absent: anybody. */
  @IsOptional() @Names(320) users?: string[];
  /** All of these. */
  @IsOptional() @Names() scopes?: string[];
  /** One of these. */
  @IsOptional() @IsArray() @ArrayNotEmpty() @IsIn(ROLES, { each: true }) roles?: Role[];
  @IsOptional() @ValidateNested() @Type(() => StepUpSection) stepUp?: StepUpSection;
  @IsOptional() @ValidateNested() @Type(() => QuotaSection) quota?: QuotaSection;
  /** Nothing gets in. To let it in again, take the policy away. */
  @IsOptional() @Equals(true) disabled?: true;
  /** Members of the input that the trail does not keep: `body`, `author.name`. */
  @IsOptional() @Names() redact?: string[];
  /** Milliseconds. */
  @IsOptional() @IsInt() @Min(1) @Max(86_400_000) timeoutMs?: number;
}

/** What the sections, each right by itself, get wrong. */
export function toolPolicyProblems(sections: readonly ToolPolicySection[]): string[] {
  const names = sections.map(({ name }) => name);
  return sections.flatMap((section, at) => {
    const { name, scopes, roles, stepUp, quota, disabled, redact, timeoutMs } = section;
    const rules = [scopes, roles, stepUp, quota, disabled, redact, timeoutMs];
    return [
      ...(names.indexOf(name) < at ? [`policies.toolPolicies has ${name} twice`] : []),
      ...(rules.every((rule) => rule === undefined)
        ? [`policies.toolPolicies: ${name} asks for nothing`]
        : []),
      ...(stepUp && stepUp.acr === undefined && stepUp.maxAge === undefined
        ? [`policies.toolPolicies: ${name} has a stepUp without acr and maxAge`]
        : []),
    ];
  });
}
