import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ROLES } from '../config/index.js';
import { QUOTA_KEYS, type PolicyRules, type ToolPolicy, type ToolPolicyView } from '../mcp/index.js';
import { given } from './paging.js';
import { COUNT, ID, TEXT, TEXTS, TIME } from './response-fields.js';

export class StepUpDemandResponse {
  @ApiPropertyOptional({ ...TEXT, description: 'Level of the sign-in' }) acr?: string;
  @ApiPropertyOptional({ ...COUNT, description: 'Seconds since the sign-in' }) max_age?: number;
}

export class QuotaResponse {
  @ApiProperty(COUNT) calls!: number;
  @ApiProperty({ ...COUNT, description: 'Seconds' }) per!: number;
  @ApiProperty({ enum: QUOTA_KEYS }) by!: string;
}

/** What is asked of callers beside what the items ask themselves. */
export class ToolPolicyResponse {
  @ApiPropertyOptional({ ...ID, description: 'Absent where the configuration file says it' }) id?: string;
  @ApiProperty(TEXT) name!: string;
  @ApiProperty({ description: 'The configuration file says it: it is changed there' }) configured!: boolean;
  @ApiProperty({ ...COUNT, description: 'Counts the changes; decisions name it' }) version!: number;
  @ApiProperty(TEXTS) items!: readonly string[];
  @ApiProperty({ ...TEXTS, description: 'Names of the items that it is about now' })
  matches!: readonly string[];
  @ApiPropertyOptional(TEXTS) clients?: readonly string[];
  @ApiPropertyOptional(TEXTS) groups?: readonly string[];
  @ApiPropertyOptional(TEXTS) users?: readonly string[];
  @ApiPropertyOptional(TEXTS) scopes?: readonly string[];
  @ApiPropertyOptional({ enum: ROLES, isArray: true }) roles?: readonly string[];
  @ApiPropertyOptional({ type: StepUpDemandResponse }) step_up?: StepUpDemandResponse;
  @ApiPropertyOptional({ type: QuotaResponse }) quota?: QuotaResponse;
  @ApiPropertyOptional({ type: Boolean }) disabled?: boolean;
  @ApiPropertyOptional(TEXTS) redact?: readonly string[];
  @ApiPropertyOptional(COUNT) timeout_ms?: number;
  @ApiPropertyOptional(TIME) created_at?: Date;
  @ApiPropertyOptional(TIME) updated_at?: Date;

  static of(policy: ToolPolicy & Partial<ToolPolicyView>, matches: readonly string[]): ToolPolicyResponse {
    const { id, name, version, items, clients, groups, users, rules } = policy;
    return {
      ...{ name, configured: id === undefined, version, items, matches },
      ...given({ id, clients, groups, users, ...said(rules) }),
      ...given({ created_at: policy.createdAt, updated_at: policy.updatedAt }),
    };
  }
}

function said({ scopes, roles, stepUp, quota, disabled, redact, timeoutMs: timeout_ms }: PolicyRules) {
  const step_up = stepUp && given({ acr: stepUp.acr, max_age: stepUp.maxAge });
  return { scopes, roles, step_up, quota: quota && { ...quota }, disabled, redact, timeout_ms };
}

export class ToolPoliciesResponse {
  @ApiProperty({ type: ToolPolicyResponse, isArray: true }) items!: ToolPolicyResponse[];
}
