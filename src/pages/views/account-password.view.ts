import type { PageKind } from './page-kind.js';
import type { PasswordProblemView } from './password-problem.js';

/** A new password. Posts `current`, `password` and `csrf` to `/account/security/password`. */
export interface AccountPasswordView {
  page: 'account-password';
  email: string;
  /** False for a first password, and for who has just shown a passkey. */
  asksCurrent: boolean;
  minLength: number;
  problem?: PasswordProblemView | 'wrong_password' | 'throttled';
  csrf: string;
}

export const accountPasswordPage: PageKind<AccountPasswordView> = {
  page: 'account-password',
  width: 'narrow',
  severOpener: true,
  heading: (_view, t) => ({ text: t.security.headingPassword }),
};
