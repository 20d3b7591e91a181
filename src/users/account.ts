import type { Role, User } from './user.entity.js';

/** A person as other rooms see them; carries no secret. */
export interface Account {
  readonly id: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name?: string;
  readonly roles: readonly Role[];
  /** Of those, the ones that are not from a group. */
  readonly assignedRoles: readonly Role[];
  /** Names of the groups they are in. */
  readonly groups: readonly string[];
  readonly disabledAt?: Date;
  readonly createdAt: Date;
  readonly lastLoginAt?: Date;
}

export function accountOf(user: User): Account {
  return {
    id: user.id,
    email: user.email,
    emailVerified: user.emailVerified,
    ...(user.name && { name: user.name }),
    roles: user.roles,
    assignedRoles: user.assignedRoles,
    groups: user.groups,
    ...(user.disabledAt && { disabledAt: user.disabledAt }),
    createdAt: user.createdAt,
    ...(user.lastLoginAt && { lastLoginAt: user.lastLoginAt }),
  };
}

/** What the audit trail tells of an account by value. */
export const snapshotOf = (user: User) => ({
  email: user.email,
  email_verified: user.emailVerified,
  user_name: user.userName,
  name: user.name,
  external_id: user.externalId,
  roles: user.roles,
  disabled: user.disabledAt !== null,
});

/** E-mail addresses are compared without regard to case and to Unicode's ways of writing the same. */
export function emailKey(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase();
}
