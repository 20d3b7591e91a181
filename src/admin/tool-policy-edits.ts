import { Injectable } from '@nestjs/common';
import {
  ToolPolicyChanges,
  ToolPolicyNames,
  ToolPolicyNameTaken,
  TooManyToolPolicies,
  type PolicyRules,
  type ToolPolicyValues,
  type ToolPolicyView,
} from '../mcp/index.js';
import type { By } from '../oauth/index.js';
import { AdminProblem, found, invalidField } from './admin-problem.js';
import type { Operator } from './admin-request.js';
import { checkTag, tagOf } from './etag.js';
import { given } from './paging.js';
import type { ChangedToolPolicyRequest, NewToolPolicyRequest } from './tool-policies.request.js';

/** RFC 9110 §8.8.3 */
export const toolPolicyEtagOf = ({ id, version }: ToolPolicyView): string => tagOf(id, version);

/** As the request calls them. */
const FIELDS = {
  ...{ scopes: 'scopes', stepUp: 'step_up.acr', items: 'items' },
  ...{ groups: 'groups', users: 'users', clients: 'clients' },
} as const;

/** Changes policies for operators. */
@Injectable()
export class ToolPolicyEdits {
  constructor(
    private readonly changes: ToolPolicyChanges,
    private readonly names: ToolPolicyNames,
  ) {}

  async create(request: NewToolPolicyRequest, { actor }: Operator): Promise<ToolPolicyView> {
    const values = valuesOf(request, undefined);
    await this.checkNames(values);
    return problems(this.changes.create(values, { actor }));
  }

  async change(
    id: string,
    request: ChangedToolPolicyRequest,
    { actor, ifMatch }: Operator,
  ): Promise<ToolPolicyView> {
    // Only what is new: a name that nothing has any more must not keep the rest from being changed.
    await this.checkNames({ name: '', items: [], ...partOf(request) });
    const decide = (before: ToolPolicyView) => {
      checkTag(ifMatch, toolPolicyEtagOf(before));
      return valuesOf(request, before);
    };
    return found(await problems(this.changes.change(id, decide, { actor })));
  }

  async remove(id: string, by: By, ifMatch: string | undefined): Promise<ToolPolicyView> {
    const check = (before: ToolPolicyView): void => checkTag(ifMatch, toolPolicyEtagOf(before));
    return found(await this.changes.remove(id, check, by));
  }

  /** A pattern that fits nothing yet may be meant for what will be there; a person or scope may not. */
  private async checkNames(values: ToolPolicyValues): Promise<void> {
    const unknown = await this.names.unknown({ ...values, version: 0 });
    const wrong = unknown.find(({ member }) => member !== 'items');
    if (wrong) throw invalidField(FIELDS[wrong.member], `names "${wrong.name}", which there is not`);
  }
}

type Members = Pick<ToolPolicyValues, 'clients' | 'groups' | 'users'> & { readonly rules: PolicyRules };

/** What a request says by itself, without what it takes away. */
function partOf(request: ChangedToolPolicyRequest): Members {
  const { clients, groups, users, step_up: stepUp, timeout_ms: timeoutMs, ...rest } = request;
  const { scopes, roles, quota, disabled, redact } = rest;
  const rules = {
    ...{ scopes, roles, quota, disabled, redact, timeoutMs },
    stepUp: stepUp && given({ acr: stepUp.acr, maxAge: stepUp.max_age }),
  };
  return { ...kept({ clients, groups, users }), rules: kept(rules) };
}

/** The policy as it would be. @throws AdminProblem when it would ask for nothing */
function valuesOf(request: ChangedToolPolicyRequest, before: ToolPolicyView | undefined): ToolPolicyValues {
  const { step_up: stepUp, timeout_ms: timeoutMs, ...rest } = request;
  if (stepUp && stepUp.acr === undefined && stepUp.max_age === undefined)
    throw invalidField('step_up', 'must have acr or max_age');
  const part = partOf(request);
  const without = <T extends object>(known: T | undefined, said: object): Partial<T> =>
    Object.fromEntries(
      Object.entries(known ?? {}).filter(([name]) => (said as Record<string, unknown>)[name] !== null),
    ) as Partial<T>;
  const selectors = before && given({ clients: before.clients, groups: before.groups, users: before.users });
  const rules = { ...without(before?.rules, { ...rest, stepUp, timeoutMs }), ...part.rules };
  if (Object.keys(rules).length === 0)
    throw new AdminProblem('unprocessable', {
      detail: 'A policy must ask for something',
      reason: 'asks_nothing',
    });
  const { clients, groups, users } = part;
  return {
    name: request.name ?? before?.name ?? '',
    items: request.items ?? before?.items ?? [],
    ...without(selectors, rest),
    ...given({ clients, groups, users }),
    rules,
  };
}

/** Members that are neither left out nor taken away. */
const kept = <T extends object>(members: T) =>
  Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  ) as { [K in keyof T]?: Exclude<T[K], undefined | null> };

/** @throws AdminProblem in place of what the room of tools refuses */
async function problems<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ToolPolicyNameTaken)
      throw new AdminProblem('conflict', { detail: error.message, reason: 'name_taken' }, { cause: error });
    if (error instanceof TooManyToolPolicies)
      throw new AdminProblem('conflict', { detail: error.message, reason: 'too_many' }, { cause: error });
    throw error;
  }
}
