import { ConfiguredGroups } from './configured-groups.js';
import { GroupChanges } from './group-changes.js';
import { GroupMembers } from './group-members.js';
import { GroupWriter } from './group-writer.js';
import { GroupsService } from './groups.service.js';
import { Rights } from './rights.js';
import { SignInGroups } from './sign-in-groups.js';

/** What groups are made of, for the module of the room. */
export const GROUPS = [
  Rights,
  GroupMembers,
  GroupWriter,
  GroupChanges,
  GroupsService,
  SignInGroups,
  ConfiguredGroups,
];
