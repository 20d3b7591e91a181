import type { PageKind } from './page-kind.js';
import type { PasskeyFormView } from './passkey-form.js';
import type { PasswordProblemView } from './password-problem.js';

/**
 * Where a link of a letter leads: a new password, or the first way in of somebody who was invited. Posts `password` and
 * `csrf` to `action`, or what a new passkey answered to `action` followed by `/passkey`.
 */
export interface LinkPasswordView {
  page: 'link-password';
  purpose: 'invite' | 'reset';
  /** Local path without the base path; its last part is the secret of the link. */
  action: string;
  email: string;
  minLength: number;
  passkey?: PasskeyFormView;
  problem?: PasswordProblemView | 'passkey_failed';
  csrf: string;
}

export const linkPasswordPage: PageKind<LinkPasswordView> = {
  page: 'link-password',
  width: 'narrow',
  severOpener: true,
  usesPasskeys: (view) => view.passkey !== undefined,
  heading: (view, t, brand) => ({ text: t.link.headings[view.purpose], values: { brand } }),
};
