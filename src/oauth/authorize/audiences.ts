import { groupKey, ROLES } from '../../config/index.js';
import type { Authority } from '../scope-rules.js';

/** For whom an admin may decide beforehand. Written as `kind` or `kind:name`. */
export const EVERYONE = 'everyone';
const GROUP = 'group:';

/** The audiences that are there in any case; the people of a group are one more each. */
export const AUDIENCES: readonly string[] = [EVERYONE, ...ROLES.map(roleAudience)];

/** The audiences that a person is in. */
export const audiencesOf = ({ roles, groups }: Authority): string[] => [
  EVERYONE,
  ...roles.map(roleAudience),
  ...groups.map(groupAudience),
];

/** As it is stored: groups are known by name, however that is written. */
export function groupAudience(name: string): string {
  return GROUP + groupKey(name);
}

/** The key of the group that an audience names; `undefined` when it is no group's. */
export const groupOfAudience = (audience: string): string | undefined =>
  audience.startsWith(GROUP) ? groupKey(audience.slice(GROUP.length)) : undefined;

function roleAudience(role: string): string {
  return `role:${role}`;
}
