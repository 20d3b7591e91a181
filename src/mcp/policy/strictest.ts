import type { EffectivePolicy, NamedQuota, OwnRules, ToolPolicy } from './rules.js';

/** By what a policy tells whether it is about somebody. */
export interface PolicyCaller {
  readonly clientId: string;
  readonly userId?: string;
  /** As addresses are compared. */
  readonly email?: string;
  /** Names of groups as they are compared. */
  readonly groups: readonly string[];
}

/** Whether a policy is about an item. `*` in a pattern stands for anything. */
export const isAbout = ({ items }: ToolPolicy, item: string): boolean =>
  items.some((pattern) => fits(pattern, item));

/** Whether a policy is about a caller: every selector it has must name them. */
export function isFor({ clients, groups, users }: ToolPolicy, caller: PolicyCaller): boolean {
  const { clientId, userId, email } = caller;
  return (
    (clients?.includes(clientId) ?? true) &&
    (groups?.some((name) => caller.groups.includes(name)) ?? true) &&
    (users?.some((name) => name === userId || name === email) ?? true)
  );
}

/** Whether a policy can only be told to be about somebody by what is known of the person beside their id. */
export const looksAtPerson = ({ groups, users, rules }: ToolPolicy): boolean =>
  groups !== undefined || rules.roles !== undefined || users?.some((name) => name.includes('@')) === true;

/** What an item asks, and what the policies add to it: nothing that is asked can be taken away by a policy. */
export function strictest(
  item: { readonly kind: string; readonly name: string } & OwnRules,
  policies: readonly ToolPolicy[],
): EffectivePolicy {
  const rules = policies.map((policy) => policy.rules);
  const demands = [...item.stepUps, ...rules.flatMap(({ stepUp }) => stepUp ?? [])];
  const ages = demands.flatMap(({ maxAge }) => maxAge ?? []);
  const times = rules.flatMap(({ timeoutMs }) => timeoutMs ?? []);
  return {
    scopes: union(
      item.scopes,
      rules.flatMap(({ scopes = [] }) => scopes),
    ),
    anyScopes: item.anyScopes,
    roles: [...item.roles, ...rules.flatMap(({ roles }) => (roles ? [roles] : []))],
    acrs: union(demands.flatMap(({ acr }) => acr ?? [])),
    ...(ages.length > 0 && { maxAge: Math.min(...ages) }),
    quotas: [...ownQuotas(item), ...policies.flatMap(quotaOf)],
    disabledBy: policies.flatMap((policy) => (policy.rules.disabled ? [policy.name] : [])),
    timeoutMs: Math.min(item.timeoutMs, ...times),
    redact: union(
      item.redact,
      rules.flatMap(({ redact = [] }) => redact),
    ),
    applied: policies.map(({ name, version }) => ({ name, version })),
  };
}

const union = (...lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())];

const ownQuotas = ({
  kind,
  name,
  quotas,
}: {
  readonly kind: string;
  readonly name: string;
} & OwnRules): NamedQuota[] =>
  quotas.map((quota) => ({
    ...quota,
    name: `${kind} ${name} ${quota.calls} in ${quota.per} by ${quota.by}`,
  }));

const quotaOf = ({ id, name, rules: { quota } }: ToolPolicy): NamedQuota[] =>
  quota ? [{ ...quota, name: `policy ${id ?? name}` }] : [];

function fits(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
