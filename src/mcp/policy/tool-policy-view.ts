import { groupKey } from '../../config/index.js';
import type { ToolPolicy } from './rules.js';
import type { ToolPolicyRow } from './tool-policy.entity.js';

/** A policy of operators, read-only. */
export interface ToolPolicyView extends ToolPolicy {
  readonly id: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export function toolPolicyOf(row: ToolPolicyRow): ToolPolicyView {
  const { id, name, version, items, clients, groups, users, rules, createdAt, updatedAt } = row;
  return {
    ...{ id, name, version, items, rules, createdAt, updatedAt },
    ...(clients && { clients }),
    ...(groups && { groups }),
    ...(users && { users }),
  };
}

/** Names of groups and addresses of people are compared without regard to case and ways of writing. */
export const comparable = ({ groups, users, ...policy }: ToolPolicy): ToolPolicy => ({
  ...policy,
  ...(groups && { groups: groups.map(groupKey) }),
  ...(users && { users: users.map((name) => name.trim().normalize('NFKC').toLowerCase()) }),
});
