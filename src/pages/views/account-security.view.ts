import type { PageKind } from './page-kind.js';

export interface PasskeyRow {
  /** Comes back as `id`. */
  id: string;
  name: string;
  createdAt: Date;
  lastUsedAt?: Date;
  /** May be on more than one device. */
  synced: boolean;
}

/** What has just been done, or why it was not. */
export type SecurityNotice =
  | 'password_changed'
  | 'email_asked'
  | 'email_changed'
  | 'passkey_added'
  | 'passkey_renamed'
  | 'passkey_removed'
  | 'authenticator_removed'
  | 'last_way_in'
  | 'second_step_required';

/**
 * How a person signs in. Posts `csrf` alone to `/account/security/authenticator/remove` and
 * `/account/security/recovery-codes`, and with `id` (and `name`) to `/account/security/passkeys/remove` (`…/rename`).
 */
export interface AccountSecurityView {
  page: 'account-security';
  person: { name?: string; email: string };
  /** False for people whose sign-in is the matter of an identity provider. */
  local: boolean;
  /** Signed in a moment ago: may change things. Otherwise `confirmHref` leads to a sign-in. */
  recent: boolean;
  confirmHref: string;
  /** Whether letters are sent, without which nobody proves an address. */
  canChangeEmail: boolean;
  password: boolean;
  /** Absent where there are no passkeys. */
  passkeys?: PasskeyRow[];
  authenticator: boolean;
  /** How many are left; absent when they would stand for nothing. */
  recoveryCodes?: number;
  csrf: string;
  notice?: SecurityNotice;
}

export const accountSecurityPage: PageKind<AccountSecurityView> = {
  page: 'account-security',
  width: 'medium',
  severOpener: true,
  heading: (_view, t) => ({ text: t.security.heading }),
};
