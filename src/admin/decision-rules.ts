import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { AuditEventBody } from '../audit/index.js';
import { replay, type Failure, type Replay } from '../mcp/index.js';
import { COUNT, TEXT } from './response-fields.js';

/** One rule of a decision: what it asked, what there was, and what would have been enough. */
export class DecisionRuleResponse {
  @ApiProperty({ enum: ['disabled', 'roles', 'scopes', 'sign_in', 'quota'] }) rule!: string;
  @ApiProperty({ description: 'Whether it let the call through' }) passed!: boolean;
  @ApiProperty({ ...TEXT, description: 'What it asked' }) required!: string;
  @ApiPropertyOptional({ ...TEXT, description: 'What the caller had' }) had?: string;
  @ApiPropertyOptional({ ...TEXT, description: 'What would have been enough' }) allowed_if?: string;
}

export class AppliedPolicyResponse {
  @ApiProperty(TEXT) name!: string;
  @ApiProperty({ ...COUNT, description: 'The policy as it was then' }) version!: number;
}

export interface ExplainedRules {
  readonly rules: DecisionRuleResponse[];
  readonly policies: AppliedPolicyResponse[];
}

/**
 * Takes the decision about a tool, resource or prompt again from its event, and says how each rule spoke. `undefined`
 * for events of other things, and where the record is not enough to come to the same.
 */
export function rulesOf({ type, authz, outcome }: AuditEventBody): ExplainedRules | undefined {
  if (!authz || !type.startsWith('mcp.')) return undefined;
  const again = replay(authz);
  if (again.decision.result !== outcome.result) return undefined;
  const failed = new Map(again.decision.failures.map((failure) => [failure.rule, failure]));
  const rules = asked(again).map(({ rule, ...said }) => {
    const failure = failed.get(rule);
    return { rule, passed: !failure, ...said, ...(failure && { allowed_if: enough(failure) }) };
  });
  return { rules, policies: again.policy.applied.map(({ name, version }) => ({ name, version })) };
}

interface Asked {
  readonly rule: Failure['rule'];
  readonly required: string;
  readonly had?: string;
}

function asked({ policy, context }: Replay): Asked[] {
  const { disabledBy, roles, scopes, anyScopes, acrs, maxAge, quotas } = policy;
  const signIn = [...acrs, ...(maxAge === undefined ? [] : [`at most ${maxAge} s ago`])];
  const age = context.signInAge === undefined ? [] : [`${context.signInAge} s ago`];
  const usedUp = Object.keys(context.usedUp ?? {});
  const all: Asked[] = [
    { rule: 'disabled', required: disabledBy.map((name) => `not disabled by "${name}"`).join(', ') },
    { rule: 'roles', required: choices(roles), had: listed(context.roles) },
    {
      rule: 'scopes',
      required: [...scopes, choices(anyScopes)].filter(Boolean).join(', '),
      had: listed(context.scopes),
    },
    { rule: 'sign_in', required: signIn.join(', '), had: listed([...context.acrs, ...age]) },
    {
      rule: 'quota',
      required: quotas.map(({ calls, per, by }) => `${calls} calls in ${per} s by ${by}`).join(', '),
      had: usedUp.length > 0 ? 'nothing left' : 'something left',
    },
  ];
  return all.filter(({ required }) => required !== '');
}

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

const choices = (lists: readonly (readonly string[])[]): string =>
  lists.map((oneOf) => (oneOf.length === 1 ? oneOf[0]! : `one of ${oneOf.join(', ')}`)).join(', ');

function enough(failure: Failure): string {
  switch (failure.rule) {
    case 'disabled':
      return `The end of the policy ${failure.by.join(', ')}`;
    case 'roles':
      return `A person with the role ${failure.roles.join(' or ')}`;
    case 'scopes':
      return `A token with ${failure.missing.join(', ')} as well`;
    case 'sign_in': {
      const { acrs, maxAge } = failure;
      const level = acrs.length > 0 ? ` of the level ${acrs.join(', ')}` : '';
      const age = maxAge === undefined ? '' : `, at most ${maxAge} s before the call`;
      return `A token from a sign-in${level}${age}`;
    }
    case 'quota':
      return `The same ${failure.retryAfter} s later`;
  }
}
