import type { Role } from '../../config/index.js';
import type { Group, GroupOrigin } from './group.entity.js';

/** A group as other rooms see it. */
export interface GroupView {
  readonly id: string;
  readonly name: string;
  readonly externalId?: string;
  readonly origin: GroupOrigin;
  /** Name and roles are what the configuration file says. */
  readonly configured: boolean;
  readonly roles: readonly Role[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
}

export function groupViewOf(group: Group): GroupView {
  const { id, name, origin, configured, roles, createdAt, updatedAt, version } = group;
  return {
    ...{ id, name, origin, configured, roles, createdAt, updatedAt, version },
    ...(group.externalId !== null && { externalId: group.externalId }),
  };
}

/** Somebody in a group, and who says so. */
export interface GroupMemberView {
  readonly userId: string;
  readonly email: string;
  readonly name?: string;
  readonly origins: readonly string[];
}
