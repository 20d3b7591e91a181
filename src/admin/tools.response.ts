import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { EffectivePolicy, RegisteredTool, ToolPolicy } from '../mcp/index.js';
import { given } from './paging.js';
import { COUNT, ID, TEXT, TEXTS } from './response-fields.js';
import { QuotaResponse } from './tool-policies.response.js';

const CHOICES = { type: 'array', items: { type: 'array', items: { type: 'string' } } } as const;

export class SignInDemandResponse {
  @ApiProperty({ ...TEXTS, description: 'Levels, each of which the sign-in must reach' })
  acrs!: readonly string[];
  @ApiPropertyOptional({ ...COUNT, description: 'Seconds since the sign-in' }) max_age?: number;
}

/** A policy that is about a tool. */
export class ToolsPolicyResponse {
  @ApiPropertyOptional({ ...ID, description: 'Absent where the configuration file says it' }) id?: string;
  @ApiProperty(TEXT) name!: string;
  @ApiProperty(COUNT) version!: number;
  @ApiProperty({
    description: 'Of some clients, groups or people only: not part of what is said of the tool',
  })
  selective!: boolean;
}

/** What can be called over MCP, and what is asked of whoever calls it: by the tool and by policies, together. */
export class ToolResponse {
  @ApiProperty(TEXT) name!: string;
  @ApiProperty(TEXT) title!: string;
  @ApiProperty({ ...TEXTS, description: 'Scopes that a token must have, or include' })
  scopes!: readonly string[];
  @ApiProperty({
    ...CHOICES,
    description: 'A token must have one scope of each list, or one that includes it',
  })
  any_scopes!: readonly (readonly string[])[];
  @ApiProperty({ ...CHOICES, description: 'The person must have one role of each list' })
  roles!: readonly (readonly string[])[];
  @ApiPropertyOptional({ type: SignInDemandResponse }) sign_in?: SignInDemandResponse;
  @ApiProperty({ type: QuotaResponse, isArray: true }) quotas!: readonly QuotaResponse[];
  @ApiProperty({ description: 'A policy lets nobody use it' }) disabled!: boolean;
  @ApiProperty({ enum: ['read', 'change', 'destructive'] }) risk!: string;
  @ApiProperty({ ...TEXTS, description: 'Members of the input that the trail does not keep' })
  redact!: readonly string[];
  @ApiProperty({ type: 'integer', description: 'A call that takes longer is ended' }) timeout_ms!: number;
  @ApiProperty({ type: ToolsPolicyResponse, isArray: true }) policies!: readonly ToolsPolicyResponse[];

  static of(
    { name, title, risk }: RegisteredTool,
    effective: EffectivePolicy,
    policies: readonly ToolPolicy[],
  ): ToolResponse {
    const { scopes, anyScopes, roles, acrs, maxAge, quotas, disabledBy, redact, timeoutMs } = effective;
    const asksSignIn = acrs.length > 0 || maxAge !== undefined;
    return {
      ...{ name, title, risk, scopes, any_scopes: anyScopes, roles },
      ...(asksSignIn && { sign_in: { acrs, ...given({ max_age: maxAge }) } }),
      quotas: quotas.map(({ calls, per, by }) => ({ calls, per, by })),
      disabled: disabledBy.length > 0,
      ...{ redact, timeout_ms: timeoutMs },
      policies: policies.map((policy) => ({
        ...given({ id: policy.id }),
        ...{ name: policy.name, version: policy.version, selective: !isForEverybody(policy) },
      })),
    };
  }
}

export class ToolsResponse {
  @ApiProperty({ type: ToolResponse, isArray: true }) items!: ToolResponse[];
}

export const isForEverybody = ({ clients, groups, users }: ToolPolicy): boolean =>
  [clients, groups, users].every((selector) => selector === undefined);
