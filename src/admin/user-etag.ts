import type { Account } from '../users/index.js';
import { tagOf } from './etag.js';

/** RFC 9110 §8.8.3: a sign-in is no change of the account. */
export const userEtagOf = ({ id, email, name, roles, assignedRoles, groups, disabledAt }: Account): string =>
  tagOf(id, email, name, [...roles].sort(), [...assignedRoles].sort(), [...groups].sort(), disabledAt);
