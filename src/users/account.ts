import type { Role, User } from './user.entity.js';

/** A person as other rooms see them; carries no secret. */
export interface Account {
  readonly id: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name?: string;
  readonly roles: readonly Role[];
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
    ...(user.disabledAt && { disabledAt: user.disabledAt }),
    createdAt: user.createdAt,
    ...(user.lastLoginAt && { lastLoginAt: user.lastLoginAt }),
  };
}

/** E-mail addresses are compared without regard to case and to Unicode's ways of writing the same. */
export function emailKey(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase();
}
